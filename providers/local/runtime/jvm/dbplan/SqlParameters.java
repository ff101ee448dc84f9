package dbplan;

import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.TableIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.parser.ParameterContext;
import org.apache.spark.sql.catalyst.parser.ParameterHandler;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.apache.spark.sql.catalyst.parser.ParserInterface;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * A Spark extension that makes SQL parameters ({@code :name}, {@code IDENTIFIER(:name)}) work beside Delta's.
 *
 * <p>Spark 4.1 fills parameters in before parsing, in a method that Delta 4.4's parser does not forward: with Delta alone
 * every statement with parameters fails. This parser stands in front, fills them in with Spark's own code, and hands the
 * finished text on.
 */
public final class SqlParameters extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    extensions.injectParser((session, parser) -> new FillingParser(parser));
    return BoxedUnit.UNIT;
  }

  private record FillingParser(ParserInterface next) implements ParserInterface {
    @Override
    public LogicalPlan parsePlanWithParameters(String sql, ParameterContext parameters) throws ParseException {
      return next.parsePlan(ParameterHandler.substituteParameters(sql, parameters)._1());
    }

    @Override
    public LogicalPlan parsePlan(String sql) throws ParseException {
      return next.parsePlan(sql);
    }

    @Override
    public LogicalPlan parseQuery(String sql) throws ParseException {
      return next.parseQuery(sql);
    }

    @Override
    public Expression parseExpression(String sql) throws ParseException {
      return next.parseExpression(sql);
    }

    @Override
    public TableIdentifier parseTableIdentifier(String sql) throws ParseException {
      return next.parseTableIdentifier(sql);
    }

    @Override
    public FunctionIdentifier parseFunctionIdentifier(String sql) throws ParseException {
      return next.parseFunctionIdentifier(sql);
    }

    @Override
    public Seq<String> parseMultipartIdentifier(String sql) throws ParseException {
      return next.parseMultipartIdentifier(sql);
    }

    @Override
    public StructType parseTableSchema(String sql) throws ParseException {
      return next.parseTableSchema(sql);
    }

    @Override
    public StructType parseRoutineParam(String sql) throws ParseException {
      return next.parseRoutineParam(sql);
    }

    @Override
    public DataType parseDataType(String sql) throws ParseException {
      return next.parseDataType(sql);
    }
  }
}
