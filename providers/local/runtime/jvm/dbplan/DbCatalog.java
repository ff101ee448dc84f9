package dbplan;

import io.unitycatalog.dbplan.TreeCatalog;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.delta.catalog.DeltaCatalog;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * A catalog with three-level names: Delta's catalog in front, a folder tree ({@link TreeCatalog}) behind.
 *
 * <p>Configured as {@code spark.sql.catalog.NAME=dbplan.DbCatalog} and {@code spark.sql.catalog.NAME.root=<tables>}. Delta
 * does everything that is Delta; this class says where a managed table lies, and what happens when two runs create one
 * table at the same moment.
 */
public final class DbCatalog extends DeltaCatalog {
  private TreeCatalog tree;
  private String name;

  @Override
  public void initialize(String catalog, CaseInsensitiveStringMap options) {
    name = catalog;
    tree = new TreeCatalog(catalog, Path.of(options.get("root"), catalog));
    tree.createDefaultNamespace();
    setDelegateCatalog(tree);
    // Pinned-version detail (Delta 4.4.0): a delegate from io.unitycatalog is taken for a REST catalog unless told not to.
    Map<String, String> withoutRest = new HashMap<>(options.asCaseSensitiveMap());
    withoutRest.put("deltaRestApi.enabled", "false");
    super.initialize(catalog, new CaseInsensitiveStringMap(withoutRest));
  }

  /** The folder tree behind this catalog, for statements that Spark has no catalog interface for (views). */
  TreeCatalog tree() {
    return tree;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Table createTable(Identifier table, StructType schema, Transform[] partitions, Map<String, String> properties) {
    // Delta lets several creators of one new table fail on each other's half-written log. One after the other, all but
    // the first hear "exists already", which is also what CREATE TABLE IF NOT EXISTS expects.
    return tree.oneCreatorOf(
        table, () -> super.createTable(table, schema, partitions, located(table, properties)));
  }

  @Override
  public StagedTable stageCreate(
      Identifier table, StructType schema, Transform[] partitions, Map<String, String> properties) {
    return super.stageCreate(table, schema, partitions, located(table, properties));
  }

  @Override
  public StagedTable stageReplace(
      Identifier table, StructType schema, Transform[] partitions, Map<String, String> properties) {
    return super.stageReplace(table, schema, partitions, located(table, properties));
  }

  @Override
  public StagedTable stageCreateOrReplace(
      Identifier table, StructType schema, Transform[] partitions, Map<String, String> properties) {
    return super.stageCreateOrReplace(table, schema, partitions, located(table, properties));
  }

  /** Adds the place of a managed table, or of the table that is about to be replaced, unless the statement names one. */
  private Map<String, String> located(Identifier table, Map<String, String> properties) {
    if (properties.containsKey(TableCatalog.PROP_LOCATION) || table.namespace().length != 1) return properties;
    Map<String, String> result = new HashMap<>(properties);
    result.put(TableCatalog.PROP_LOCATION, tree.locationOf(table));
    if (tree.isManaged(table)) result.put(TableCatalog.PROP_IS_MANAGED_LOCATION, "true");
    return result;
  }
}
