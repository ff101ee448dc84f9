package dbplan;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import py4j.ClientServer;

/**
 * One notebook run as the JVM sees it: a session and the Py4J server through which one Python process uses it.
 *
 * <p>A server of its own per run frees every Java object that a killed process held, and keeps one run from reaching
 * another's session. The public methods are what Python calls on `gateway.entry_point`.
 */
public final class Run {
  private final String id;
  private final SparkSession session;
  private final Catalogs catalogs;
  private final String secret = newSecret();
  private ClientServer server;

  Run(String id, SparkSession session, Catalogs catalogs) {
    this.id = id;
    this.session = session;
    this.catalogs = catalogs;
  }

  void listen() throws Exception {
    server =
        new ClientServer.ClientServerBuilder(this)
            .authToken(secret)
            .javaPort(0)
            .javaAddress(InetAddress.getLoopbackAddress())
            .build();
    server.startServer();
  }

  int port() {
    return server.getJavaServer().getListeningPort();
  }

  String secret() {
    return secret;
  }

  void close() {
    server.shutdown();
  }

  /** Streams run in threads and job groups of their own, so cancelling the run's group does not end them. */
  void stopStreams() {
    for (StreamingQuery query : session.streams().active()) {
      try {
        query.stop();
      } catch (Exception problem) {
        System.err.println("run " + id + ": a stream did not stop: " + problem);
      }
    }
  }

  // What Python calls.

  public String id() {
    return id;
  }

  public SparkSession session() {
    return session;
  }

  public JavaSparkContext jsc() {
    return JavaSparkContext.fromSparkContext(session.sparkContext());
  }

  public SparkConf conf() {
    return session.sparkContext().conf();
  }

  /** The calling thread's local properties (job group, pool, ...), copied, to be handed to another thread. */
  public Properties localProperties() {
    Properties copy = new Properties();
    copy.putAll(session.sparkContext().getLocalProperties());
    return copy;
  }

  /** Gives the calling thread another thread's properties, and this run's session as the active one. */
  public void inherit(Properties properties) {
    session.sparkContext().setLocalProperties(properties);
    SparkSession.setActiveSession(session);
  }

  /** Learns of catalogs that others made since this session began. */
  public void refreshCatalogs() {
    catalogs.addMissing(session);
  }

  public boolean createCatalog(String name) {
    return catalogs.create(session, name);
  }

  public boolean catalogExists(String name) {
    return catalogs.exists(name);
  }

  /** Runs CREATE, ALTER or DROP VIEW against our catalogs; false when Spark can run the statement itself. */
  public boolean runViewStatement(String sql) throws Exception {
    return new ViewStatements(session).run(sql);
  }

  private static String newSecret() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
