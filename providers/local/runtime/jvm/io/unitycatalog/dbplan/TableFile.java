package io.unitycatalog.dbplan;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What is known of one table or view: a Java properties file (UTF-8), {@code <schema>/_meta/<table>.properties}.
 *
 * <p>Keys: {@code type} (MANAGED, EXTERNAL, VIEW), {@code provider}, {@code location} (a URI), {@code created} (epoch ms),
 * {@code owner}, {@code comment}, {@code schema} (Spark's JSON; of a Delta table only as it was at creation, the truth is
 * in its log), {@code partitions} (comma list), {@code p.<key>} a table property; of a view {@code text} (its query) and
 * {@code ns} (catalog.schema in which the query's names are looked up). The server reads these files too.
 *
 * <p>A file appears whole or not at all, and creating it fails if it exists: a hard link is both.
 */
public final class TableFile {
  private static final String PROPERTY = "p.";

  private final Properties values;

  private TableFile(Properties values) {
    this.values = values;
  }

  public static TableFile empty() {
    return new TableFile(new Properties());
  }

  static Optional<TableFile> read(Path file) {
    Properties values = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      values.load(reader);
      return Optional.of(new TableFile(values));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** False if the file exists already. */
  boolean create(Path file) {
    try {
      Path draft = draft(file);
      try {
        Files.createLink(file, draft);
        return true;
      } catch (FileAlreadyExistsException e) {
        return false;
      } finally {
        Files.delete(draft);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void replace(Path file) {
    try {
      Files.move(draft(file), file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path draft(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Path draft = Files.createTempFile(file.getParent(), ".draft", ".tmp");
    try (Writer writer = Files.newBufferedWriter(draft, StandardCharsets.UTF_8)) {
      values.store(writer, null);
    }
    return draft;
  }

  public String get(String key, String otherwise) {
    return values.getProperty(key, otherwise);
  }

  public TableFile set(String key, String value) {
    if (value == null) values.remove(key);
    else values.setProperty(key, value);
    return this;
  }

  public TableFile setProperty(String key, String value) {
    return set(PROPERTY + key, value);
  }

  Map<String, String> properties() {
    Map<String, String> result = new TreeMap<>();
    for (String key : values.stringPropertyNames()) {
      if (key.startsWith(PROPERTY)) result.put(key.substring(PROPERTY.length()), values.getProperty(key));
    }
    return result;
  }

  boolean isView() {
    return get("type", "").equals("VIEW");
  }

  boolean isManaged() {
    return get("type", "").equals("MANAGED");
  }

  boolean isDelta() {
    return get("provider", "").equals("delta");
  }

  URI location() {
    return URI.create(get("location", ""));
  }
}
