package dbplan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.classic.SparkSession;

/**
 * Which catalogs there are: `main`, `hive_metastore` and every folder of the tables folder.
 *
 * <p>A catalog exists for a session once its configuration names a class for it. Folders may appear at any time (another
 * cluster or the server made one), so {@link #addMissing} is asked again whenever it may matter.
 */
final class Catalogs {
  static final Set<String> ALWAYS = Set.of("main", "hive_metastore");
  private static final String KEY = "spark.sql.catalog.";
  private static final Set<String> RESERVED = Set.of("spark_catalog", "system", "session");

  private final Path tables;

  Catalogs(Path tables) {
    this.tables = tables.toAbsolutePath().normalize();
  }

  /** Sets what must be known before the first session is made. A user's own setting wins. */
  void configureDefaults() {
    for (String name : names()) {
      System.setProperty(KEY + name, DbCatalog.class.getName());
      System.setProperty(KEY + name + ".root", tables.toString());
    }
    if (System.getProperty("spark.sql.defaultCatalog") == null) {
      System.setProperty("spark.sql.defaultCatalog", "main");
    }
  }

  /** Makes every catalog of the tables folder known to a session. */
  void addMissing(SparkSession session) {
    for (String name : names()) {
      if (session.conf().getOption(KEY + name).isEmpty()) register(session, name);
    }
  }

  boolean exists(String name) {
    return names().contains(canonical(name));
  }

  /** Makes a catalog with its `default` schema; false when it is there already. */
  boolean create(SparkSession session, String given) {
    String name = canonical(given);
    if (!name.matches("[a-z0-9_][a-z0-9_-]*") || RESERVED.contains(name)) {
      throw new IllegalArgumentException("'" + given + "' is not a name for a catalog");
    }
    boolean made = !exists(name);
    try {
      Files.createDirectories(tables.resolve(name).resolve("default"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    register(session, name);
    return made;
  }

  private void register(SparkSession session, String name) {
    session.conf().set(KEY + name + ".root", tables.toString());
    session.conf().set(KEY + name, DbCatalog.class.getName());
  }

  private Set<String> names() {
    Set<String> names = new TreeSet<>(ALWAYS);
    if (!Files.isDirectory(tables)) return names;
    try (Stream<Path> folders = Files.list(tables)) {
      folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .filter(name -> !name.startsWith(".") && !name.contains(".") && !RESERVED.contains(name))
          .forEach(names::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }

  private static String canonical(String name) {
    return name.toLowerCase(java.util.Locale.ROOT);
  }
}
