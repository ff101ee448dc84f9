package dbplan;

import io.unitycatalog.dbplan.TableFile;
import io.unitycatalog.dbplan.TreeCatalog;
import org.apache.spark.sql.catalyst.analysis.UnresolvedIdentifier;
import org.apache.spark.sql.catalyst.analysis.UnresolvedView;
import org.apache.spark.sql.catalyst.plans.logical.AlterViewAs;
import org.apache.spark.sql.catalyst.plans.logical.CreateView;
import org.apache.spark.sql.catalyst.plans.logical.DropView;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.connector.catalog.CatalogManager;
import org.apache.spark.sql.connector.catalog.CatalogPlugin;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Views in our catalogs. Spark 4.1 has no way to create one in any catalog but its own (MISSING_CATALOG_ABILITY.VIEWS),
 * but it reads one from ours. So the statement is parsed by Spark and carried out here.
 */
final class ViewStatements {
  private record Place(DbCatalog catalog, Identifier name) {}

  private final SparkSession session;

  ViewStatements(SparkSession session) {
    this.session = session;
  }

  /** False when the statement is none of ours: no view statement, a temporary view, a catalog of Spark's own. */
  boolean run(String sql) throws Exception {
    LogicalPlan plan = session.sessionState().sqlParser().parsePlan(sql);
    if (plan instanceof CreateView create && create.child() instanceof UnresolvedIdentifier name) {
      Place place = place(name.nameParts());
      if (place == null) return false;
      if (place.catalog().tree().isView(place.name()) && create.allowExisting()) return true;
      TableFile file = definition(create.originalText().get(), CollectionConverters.asJava(create.userSpecifiedColumns()));
      if (create.comment().isDefined()) file.set("comment", create.comment().get());
      CollectionConverters.asJava(create.properties()).forEach(file::setProperty);
      place.catalog().tree().putView(place.name(), file, create.replace());
      return true;
    }
    if (plan instanceof AlterViewAs alter && alter.child() instanceof UnresolvedView name) {
      Place place = place(name.multipartIdentifier());
      if (place == null || isTemporary(name.multipartIdentifier())) return false;
      if (!place.catalog().tree().isView(place.name())) throw noSuchView(place);
      place.catalog().tree().putView(place.name(), definition(alter.originalText(), java.util.List.of()), true);
      return true;
    }
    if (plan instanceof DropView drop && drop.child() instanceof UnresolvedIdentifier name) {
      Place place = place(name.nameParts());
      if (place == null || isTemporary(name.nameParts())) return false;
      if (place.catalog().tree().isView(place.name())) place.catalog().tree().dropTable(place.name());
      else if (!drop.ifExists()) throw noSuchView(place);
      return true;
    }
    return false;
  }

  /** What is written of a view: its text, where its names are looked up, its columns as they are now. */
  private TableFile definition(String query, java.util.List<scala.Tuple2<String, scala.Option<String>>> columns) {
    StructType result = session.sql(query).schema();
    StructType schema = result;
    if (!columns.isEmpty()) {
      if (columns.size() != result.size()) {
        throw new IllegalArgumentException(
            "the view names " + columns.size() + " columns, its query returns " + result.size());
      }
      schema = new StructType();
      for (int i = 0; i < columns.size(); i++) {
        StructField field = result.fields()[i];
        schema = schema.add(columns.get(i)._1(), field.dataType(), field.nullable());
        if (columns.get(i)._2().isDefined()) {
          StructField last = schema.fields()[i].withComment(columns.get(i)._2().get());
          schema = new StructType(withLast(schema.fields(), last));
        }
      }
    }
    TableFile file = TableFile.empty().set("text", query).set("ns", currentPlace()).set("schema", schema.json());
    file.setProperty("view.query.out.numCols", String.valueOf(result.size()));
    for (int i = 0; i < result.size(); i++) {
      file.setProperty("view.query.out.col." + i, result.fields()[i].name());
    }
    return file;
  }

  private static StructField[] withLast(StructField[] fields, StructField last) {
    StructField[] copy = fields.clone();
    copy[copy.length - 1] = last;
    return copy;
  }

  private String currentPlace() {
    CatalogManager manager = session.sessionState().catalogManager();
    return manager.currentCatalog().name() + "." + String.join(".", manager.currentNamespace());
  }

  /** Null when the name leads to a catalog that is not ours. */
  private Place place(Seq<String> given) {
    java.util.List<String> parts = CollectionConverters.asJava(given);
    CatalogManager manager = session.sessionState().catalogManager();
    CatalogPlugin catalog = parts.size() == 3 ? manager.catalog(parts.get(0)) : manager.currentCatalog();
    if (!(catalog instanceof DbCatalog ours) || parts.size() > 3) return null;
    String[] namespace =
        parts.size() == 1 ? manager.currentNamespace() : new String[] {parts.get(parts.size() - 2)};
    return new Place(ours, Identifier.of(namespace, parts.get(parts.size() - 1)));
  }

  private boolean isTemporary(Seq<String> name) {
    return session.sessionState().catalog().isTempView(name);
  }

  private static RuntimeException noSuchView(Place place) {
    String name = place.catalog().name() + "." + String.join(".", place.name().namespace()) + "." + place.name().name();
    return new IllegalArgumentException("[VIEW_NOT_FOUND] there is no view " + name);
  }
}
