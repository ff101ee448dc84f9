package io.unitycatalog.dbplan;

import java.util.Arrays;
import java.util.Map;
import org.apache.spark.sql.catalyst.TableIdentifier;
import org.apache.spark.sql.catalyst.catalog.CatalogStorageFormat;
import org.apache.spark.sql.catalyst.catalog.CatalogTable;
import org.apache.spark.sql.catalyst.catalog.CatalogTableType;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.V1Table;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Turns a {@link TableFile} into what Spark and Delta expect of a session catalog: a V1Table. */
final class SparkTable {
  private SparkTable() {}

  static Table of(String catalog, Identifier table, TableFile file) {
    return new V1Table(file.isView() ? view(catalog, table, file) : relation(catalog, table, file));
  }

  private static CatalogTable relation(String catalog, Identifier table, TableFile file) {
    // Delta keeps schema and partitioning in its log; Spark must not be told a second version of them.
    StructType schema = file.isDelta() ? new StructType() : schema(file);
    String partitions = file.isDelta() ? "" : file.get("partitions", "");
    CatalogTableType type = file.isManaged() ? CatalogTableType.MANAGED() : CatalogTableType.EXTERNAL();
    return table(
        catalog, table, file, type,
        storage(Option.apply(file.location())),
        schema,
        Option.apply(file.get("provider", "delta")),
        partitions.isEmpty() ? nil() : seq(partitions.split(",")),
        file.properties(),
        Option.empty());
  }

  private static CatalogTable view(String catalog, Identifier table, TableFile file) {
    Map<String, String> properties = file.properties();
    String[] namespace = file.get("ns", catalog + ".default").split("\\.");
    properties.put("view.catalogAndNamespace.numParts", String.valueOf(namespace.length));
    for (int i = 0; i < namespace.length; i++) {
      properties.put("view.catalogAndNamespace.part." + i, namespace[i]);
    }
    return table(
        catalog, table, file, CatalogTableType.VIEW(),
        storage(Option.empty()),
        schema(file),
        Option.empty(),
        nil(),
        properties,
        Option.apply(file.get("text", "")));
  }

  private static CatalogTable table(
      String catalog, Identifier table, TableFile file, CatalogTableType type, CatalogStorageFormat storage,
      StructType schema, Option<String> provider, Seq<String> partitions, Map<String, String> properties,
      Option<String> viewText) {
    return new CatalogTable(
        new TableIdentifier(table.name(), Option.apply(table.namespace()[0]), Option.apply(catalog)),
        type,
        storage,
        schema,
        provider,
        partitions,
        CatalogTable.apply$default$7(),
        file.get("owner", ""),
        Long.parseLong(file.get("created", "0")),
        -1L,
        "",
        scala(properties),
        CatalogTable.apply$default$13(),
        viewText,
        Option.apply(file.get("comment", null)),
        Option.empty(),
        CatalogTable.apply$default$17(),
        false, // tracksPartitionsInCatalog: the folders say which partitions there are
        true,
        CatalogTable.apply$default$20(),
        Option.empty());
  }

  private static CatalogStorageFormat storage(Option<java.net.URI> location) {
    return new CatalogStorageFormat(
        location, Option.empty(), Option.empty(), Option.empty(), false, scala(Map.of()));
  }

  private static StructType schema(TableFile file) {
    String json = file.get("schema", null);
    return json == null ? new StructType() : (StructType) DataType.fromJson(json);
  }

  @SuppressWarnings("unchecked") // Java sees Scala's `updated` without its type
  private static scala.collection.immutable.Map<String, String> scala(Map<String, String> map) {
    scala.collection.immutable.Map<String, String> result = scala.collection.immutable.Map$.MODULE$.empty();
    for (Map.Entry<String, String> entry : map.entrySet()) {
      result = result.updated(entry.getKey(), entry.getValue());
    }
    return result;
  }

  private static Seq<String> seq(String[] items) {
    return CollectionConverters.asScala(Arrays.asList(items)).toList();
  }

  @SuppressWarnings("unchecked")
  private static Seq<String> nil() {
    return (Seq<String>) (Object) scala.collection.immutable.Nil$.MODULE$;
  }
}
