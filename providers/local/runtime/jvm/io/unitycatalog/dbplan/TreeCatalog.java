package io.unitycatalog.dbplan;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.analysis.NamespaceAlreadyExistsException;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.analysis.NonEmptyNamespaceException;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;
import org.apache.spark.sql.connector.catalog.CatalogV2Util;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.NamespaceChange;
import org.apache.spark.sql.connector.catalog.SupportsNamespaces;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * A catalog that is a folder: {@code <root>/<schema>/_meta/<table>.properties}, managed data in {@code <root>/<schema>/<table>}.
 *
 * <p>Any number of JVMs use one tree at once: nothing is cached, and a description appears whole or not at all. Only the
 * creation of one and the same table is serialised, by {@link #oneCreatorOf}.
 *
 * <p>The package must start with {@code io.unitycatalog}: Delta 4.4.0 tells only such a delegate of the tables it creates;
 * for any other, new tables would end in the session catalog and be lost with the JVM. tests/spark holds a test of that.
 */
public final class TreeCatalog implements TableCatalog, SupportsNamespaces {
  private static final String META = "_meta";
  private static final String SUFFIX = ".properties";
  private static final Set<String> NOT_PROPERTIES =
      Set.of("location", "provider", "comment", "owner", "external", "is_managed_location");

  private static final Map<Path, ReentrantLock> CREATING = new ConcurrentHashMap<>();

  private final String name;
  private final Path root;

  public TreeCatalog(String name, Path root) {
    this.name = name;
    this.root = root;
  }

  @Override
  public void initialize(String catalog, CaseInsensitiveStringMap options) {}

  @Override
  public String name() {
    return name;
  }

  @Override
  public String[] defaultNamespace() {
    return new String[] {"default"};
  }

  public void createDefaultNamespace() {
    try {
      Files.createDirectories(root.resolve("default"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Tables.

  /** Where the table lies, or would lie if it were created now without a location, as a URI. */
  public String locationOf(Identifier table) {
    return find(table)
        .filter(file -> !file.isView())
        .map(file -> file.location().toString())
        .orElseGet(() -> uri(managedFolder(table)));
  }

  /** True for a table whose data is ours to delete, and for one that does not exist yet. */
  public boolean isManaged(Identifier table) {
    return find(table).map(TableFile::isManaged).orElse(true);
  }

  @Override
  public boolean tableExists(Identifier table) {
    return find(table).isPresent();
  }

  @Override
  public Identifier[] listTables(String[] namespace) {
    require(namespace);
    try (Stream<Path> files = Files.list(folder(namespace).resolve(META))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(SUFFIX))
          .map(file -> file.substring(0, file.length() - SUFFIX.length()))
          .sorted()
          .map(table -> Identifier.of(namespace, table))
          .toArray(Identifier[]::new);
    } catch (NoSuchFileException e) {
      return new Identifier[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Table loadTable(Identifier table) throws NoSuchTableException {
    return SparkTable.of(name, table, find(table).orElseThrow(() -> new NoSuchTableException(table)));
  }

  @Override
  public Table createTable(Identifier table, Column[] columns, Transform[] partitions, Map<String, String> properties)
      throws TableAlreadyExistsException {
    return createTable(table, CatalogV2Util.v2ColumnsToStructType(columns), partitions, properties);
  }

  @Override
  public Table createTable(Identifier table, StructType schema, Transform[] partitions, Map<String, String> properties)
      throws TableAlreadyExistsException {
    require(table.namespace());
    String managed = uri(managedFolder(table));
    String location = properties.getOrDefault(TableCatalog.PROP_LOCATION, managed);
    TableFile file =
        TableFile.empty()
            .set("type", samePlace(location, managed) ? "MANAGED" : "EXTERNAL")
            .set("provider", properties.getOrDefault(TableCatalog.PROP_PROVIDER, "parquet").toLowerCase(Locale.ROOT))
            .set("location", uri(pathOf(location)))
            .set("created", String.valueOf(System.currentTimeMillis()))
            .set("owner", properties.get(TableCatalog.PROP_OWNER))
            .set("comment", properties.get(TableCatalog.PROP_COMMENT))
            .set("schema", schema.json())
            .set("partitions", partitionColumns(partitions));
    properties.forEach(
        (key, value) -> {
          if (!NOT_PROPERTIES.contains(key) && !key.startsWith("option.")) file.setProperty(key, value);
        });
    if (!file.create(metaFile(table))) throw new TableAlreadyExistsException(table);
    return SparkTable.of(name, table, file);
  }

  /**
   * Runs `create` while no other thread or JVM creates this table; if it exists by then, that is the answer.
   *
   * <p>The lock file stays: removing it while another waits for it would let two in.
   */
  public <T> T oneCreatorOf(Identifier table, Supplier<T> create) {
    require(table.namespace());
    Path meta = metaFile(table);
    Path file = meta.resolveSibling("." + meta.getFileName() + ".lock");
    // A file lock is held by a JVM, not by a thread: inside this one, a lock of Java's comes first.
    ReentrantLock ours = CREATING.computeIfAbsent(file, key -> new ReentrantLock());
    ours.lock();
    try {
      Files.createDirectories(file.getParent());
      try (FileChannel channel = FileChannel.open(file, CREATE, WRITE);
          FileLock lock = channel.lock()) {
        if (tableExists(table)) throw alreadyExists(table);
        return create.get();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      ours.unlock();
    }
  }

  /** Writes a view; with `replace` also over an existing view, never over a table. */
  public void putView(Identifier view, TableFile file, boolean replace) {
    require(view.namespace());
    file.set("type", "VIEW").set("created", String.valueOf(System.currentTimeMillis()));
    if (file.create(metaFile(view))) return;
    if (!replace || !isView(view)) throw alreadyExists(view);
    file.replace(metaFile(view));
  }

  public boolean isView(Identifier table) {
    return find(table).map(TableFile::isView).orElse(false);
  }

  /** Delta keeps its own properties; for other formats they are kept here. Columns of other formats do not change. */
  @Override
  public Table alterTable(Identifier table, TableChange... changes) throws NoSuchTableException {
    TableFile file = find(table).orElseThrow(() -> new NoSuchTableException(table));
    for (TableChange change : changes) {
      if (change instanceof TableChange.SetProperty set) {
        if (set.property().equals(TableCatalog.PROP_COMMENT)) file.set("comment", set.value());
        else file.setProperty(set.property(), set.value());
      } else if (change instanceof TableChange.RemoveProperty remove) {
        file.setProperty(remove.property(), null);
      } else if (!file.isDelta()) {
        throw new UnsupportedOperationException("only Delta tables can change their columns here: " + table);
      }
    }
    file.replace(metaFile(table));
    return loadTable(table);
  }

  @Override
  public boolean dropTable(Identifier table) {
    Optional<TableFile> file = find(table);
    if (file.isEmpty()) return false;
    try {
      Files.deleteIfExists(metaFile(table));
      if (file.get().isManaged()) deleteTree(Path.of(file.get().location()));
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean purgeTable(Identifier table) {
    return dropTable(table);
  }

  /** A managed table's data moves along, so that its old name is free for another table. */
  @Override
  public void renameTable(Identifier from, Identifier given) throws NoSuchTableException, TableAlreadyExistsException {
    Identifier to = withoutCatalog(given);
    require(to.namespace());
    TableFile file = find(from).orElseThrow(() -> new NoSuchTableException(from));
    Path oldPlace = file.isManaged() ? Path.of(file.location()) : null;
    if (oldPlace != null) file.set("location", uri(managedFolder(to)));
    if (!file.create(metaFile(to))) throw new TableAlreadyExistsException(to);
    try {
      if (oldPlace != null && Files.exists(oldPlace)) Files.move(oldPlace, managedFolder(to));
      Files.deleteIfExists(metaFile(from));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Namespaces, which Databricks calls schemas.

  @Override
  public String[][] listNamespaces() {
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .filter(folder -> !folder.startsWith("."))
          .sorted()
          .map(folder -> new String[] {folder})
          .toArray(String[][]::new);
    } catch (NoSuchFileException e) {
      return new String[0][];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String[][] listNamespaces(String[] namespace) {
    if (namespace.length == 0) return listNamespaces();
    require(namespace);
    return new String[0][];
  }

  @Override
  public boolean namespaceExists(String[] namespace) {
    return namespace.length == 1 && Files.isDirectory(folder(namespace));
  }

  @Override
  public Map<String, String> loadNamespaceMetadata(String[] namespace) {
    require(namespace);
    return new HashMap<>(Map.of(TableCatalog.PROP_LOCATION, uri(folder(namespace))));
  }

  @Override
  public void createNamespace(String[] namespace, Map<String, String> properties)
      throws NamespaceAlreadyExistsException {
    try {
      Files.createDirectories(root);
      Files.createDirectory(folder(namespace));
    } catch (FileAlreadyExistsException e) {
      throw new NamespaceAlreadyExistsException(namespace);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Comments and owners of schemas are not kept. */
  @Override
  public void alterNamespace(String[] namespace, NamespaceChange... changes) {
    require(namespace);
  }

  @Override
  public boolean dropNamespace(String[] namespace, boolean cascade) throws NonEmptyNamespaceException {
    require(namespace);
    Identifier[] tables = listTables(namespace);
    if (tables.length > 0 && !cascade) throw new NonEmptyNamespaceException(namespace);
    for (Identifier table : tables) dropTable(table);
    try {
      deleteTree(folder(namespace));
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Places.

  private Optional<TableFile> find(Identifier table) {
    return table.namespace().length == 1 ? TableFile.read(metaFile(table)) : Optional.empty();
  }

  private Path folder(String[] namespace) {
    if (namespace.length != 1) return sneak(new NoSuchNamespaceException(namespace));
    return root.resolve(checked(namespace[0]));
  }

  private Path metaFile(Identifier table) {
    return folder(table.namespace()).resolve(META).resolve(checked(table.name()) + SUFFIX);
  }

  private Path managedFolder(Identifier table) {
    return folder(table.namespace()).resolve(checked(table.name()));
  }

  /** Names are file names: no way out of the folder, and no clash with the folder of descriptions. */
  private static String checked(String given) {
    String name = given.toLowerCase(Locale.ROOT);
    boolean bad = name.isEmpty() || name.equals(META) || name.chars().anyMatch(c -> c == '/' || c == '.' || c < ' ');
    if (bad) throw new IllegalArgumentException("'" + given + "' is not a name for a schema, table or view");
    return name;
  }

  private Identifier withoutCatalog(Identifier table) {
    String[] namespace = table.namespace();
    if (namespace.length != 2 || !namespace[0].equalsIgnoreCase(name)) return table;
    return Identifier.of(new String[] {namespace[1]}, table.name());
  }

  private void require(String[] namespace) {
    if (!namespaceExists(namespace)) sneak(new NoSuchNamespaceException(namespace));
  }

  private static String partitionColumns(Transform[] partitions) {
    List<String> columns =
        Arrays.stream(partitions)
            .filter(partition -> partition.name().equals("identity"))
            .map(partition -> String.join(".", partition.references()[0].fieldNames()))
            .collect(Collectors.toList());
    return String.join(",", columns);
  }

  private static String uri(Path path) {
    String text = path.toUri().toString();
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  private static Path pathOf(String location) {
    URI uri = URI.create(location.replace(" ", "%20"));
    return Path.of(uri.getScheme() == null ? location : uri.getPath());
  }

  private static boolean samePlace(String one, String other) {
    return pathOf(one).normalize().equals(pathOf(other).normalize());
  }

  private static void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) return;
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** The checked exception that Spark expects, thrown where Java knows only unchecked ones. */
  public static RuntimeException alreadyExists(Identifier table) {
    return sneak(new TableAlreadyExistsException(table));
  }

  @SuppressWarnings("unchecked")
  private static <T, E extends Throwable> T sneak(Throwable problem) throws E {
    throw (E) problem;
  }
}
