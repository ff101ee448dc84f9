package dbplan;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.classic.SparkSession;

/**
 * The JVM of one cluster: one SparkContext, and a line protocol on standard input and output.
 *
 * <p>The protocol is described in providers/local/README.md ("JVM, text lines"). Standard output carries answers and
 * nothing else; whatever a library prints there is turned to standard error. Commands run concurrently, so a slow one
 * (a detach that stops streams) delays nobody.
 */
public final class Host {
  private static final long STOP_PATIENCE_MS = 5_000;

  private final PrintStream answers;
  private final SparkSession root;
  private final Catalogs catalogs;
  private final Map<String, Run> runs = new ConcurrentHashMap<>();

  private Host(PrintStream answers, Path tables) {
    this.answers = answers;
    this.catalogs = new Catalogs(tables);
    catalogs.configureDefaults();
    this.root = SparkSession.builder().getOrCreate();
    catalogs.addMissing(root);
    SparkSession.setDefaultSession(root);
  }

  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err);
    String tables = System.getProperty("dbplan.tables");
    if (tables == null) {
      System.err.println("dbplan.Host: -Ddbplan.tables=<folder> is missing");
      System.exit(2);
    }
    Host host = new Host(answers, Path.of(tables));
    host.say("ready");
    host.serve();
    host.stop();
  }

  /** Answers commands until `quit` or the end of input. */
  private void serve() throws IOException {
    ExecutorService pool =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "dbplan-command");
              thread.setDaemon(true);
              return thread;
            });
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] words = line.trim().split(" +");
      if (words[0].equals("quit")) return;
      if (!words[0].isEmpty()) pool.submit(() -> answer(words));
    }
  }

  /** Ends the process: orderly if Spark stops in time, in any case soon. */
  private void stop() {
    Thread watchdog =
        new Thread(
            () -> {
              try {
                Thread.sleep(STOP_PATIENCE_MS);
              } catch (InterruptedException e) {
                return;
              }
              Runtime.getRuntime().halt(0);
            });
    watchdog.setDaemon(true);
    watchdog.start();
    root.stop();
    System.exit(0);
  }

  private void answer(String[] words) {
    String command = words[0];
    String run = words.length > 1 ? words[1] : "-";
    try {
      if (words.length < 2) throw new IllegalArgumentException("a run id is missing");
      if (!run.matches("[A-Za-z0-9_-]+")) throw new IllegalArgumentException("not a run id");
      switch (command) {
        case "attach" -> attach(run, words.length > 2 ? words[2] : null);
        case "cancel" -> cancel(run);
        case "jobs" -> say("jobs " + run + " " + activeJobs(run));
        case "detach" -> detach(run);
        default -> throw new IllegalArgumentException("unknown command");
      }
    } catch (Throwable problem) {
      if (!(problem instanceof IllegalArgumentException)) problem.printStackTrace();
      say("error " + command + " " + run + " " + problem.toString().replaceAll("\\s+", " "));
    }
  }

  /** Gives a run a session, a new one or that of another run, behind a Py4J server of its own. */
  private void attach(String id, String other) throws Exception {
    SparkSession session;
    if (other == null) {
      catalogs.addMissing(root);
      session = root.newSession();
      catalogs.addMissing(session);
    } else {
      Run shared = runs.get(other);
      if (shared == null) throw new IllegalArgumentException("run " + other + " is not attached");
      session = shared.session();
    }
    Run run = new Run(id, session, catalogs);
    if (runs.putIfAbsent(id, run) != null) {
      throw new IllegalArgumentException("this run is attached already");
    }
    try {
      run.listen();
    } catch (Exception problem) {
      runs.remove(id);
      throw problem;
    }
    say("attached " + id + " " + run.port() + " " + run.secret());
  }

  /** Cancels what the run does and what it may still start: its process may not know yet that it is over. */
  private void cancel(String id) {
    context().cancelJobGroupAndFutureJobs(id, "the run was cancelled");
    Run run = runs.get(id);
    if (run != null && !sharesSession(run)) run.stopStreams();
    say("cancelled " + id);
  }

  private void detach(String id) {
    Run run = runs.remove(id);
    if (run == null) throw new IllegalArgumentException("this run is not attached");
    run.close();
    if (!sharesSession(run)) run.stopStreams();
    say("detached " + id);
  }

  private boolean sharesSession(Run run) {
    return runs.values().stream().anyMatch(other -> other != run && other.session() == run.session());
  }

  private int activeJobs(String id) {
    Set<Integer> active = new HashSet<>();
    for (int job : context().statusTracker().getActiveJobIds()) active.add(job);
    int count = 0;
    for (int job : context().statusTracker().getJobIdsForGroup(id)) {
      if (active.contains(job)) count++;
    }
    return count;
  }

  private SparkContext context() {
    return root.sparkContext();
  }

  private synchronized void say(String line) {
    answers.println(line);
    answers.flush();
  }
}
