"""SQL cells as text: statements, parameters. No Spark."""

import unittest

import support  # noqa: F401 - puts the host's modules on the path
from dbplan_runtime.sql import markers, split, substitute
from dbplan_runtime.widgets import InputWidgetNotDefined, Widgets


class Statements(unittest.TestCase):
    def test_a_semicolon_in_quotes_or_comments_does_not_separate(self):
        text = "SELECT ';' AS a, \"x;y\" AS `b;c`; -- not; here\nSELECT /* nor; here */ 2;"
        self.assertEqual(2, len(split(text)))

    def test_escaped_quotes_stay_inside(self):
        self.assertEqual([r"SELECT 'it\'s; one'", "SELECT 'it''s; two'"], split(r"SELECT 'it\'s; one'; SELECT 'it''s; two'"))

    def test_comments_alone_are_no_statement(self):
        self.assertEqual([], split("-- nothing\n;; /* here */"))

    def test_a_script_stays_whole(self):
        text = "BEGIN\n  DECLARE x INT = 1;\n  SELECT x;\nEND"
        self.assertEqual([text], split(text))


class Parameters(unittest.TestCase):
    def test_markers_are_found_outside_quotes_and_casts(self):
        widgets = Widgets({"day": "2024-01-01", "string": "no"})
        self.assertEqual({"day": "2024-01-01"}, markers("SELECT :day, ':string', 1::string, x::string", widgets))

    def test_only_names_of_widgets_are_substituted(self):
        widgets = Widgets({"schema": "s1"})
        self.assertEqual("s1 s1 ${spark.x} $other '$1'", substitute("$schema ${schema} ${spark.x} $other '$1'", widgets))


class WidgetRules(unittest.TestCase):
    def test_a_parameter_wins_over_a_later_declaration(self):
        widgets = Widgets({"day": "passed"})
        widgets.text("day", "default")
        widgets.text("other", "default")
        self.assertEqual({"day": "passed", "other": "default"}, widgets.getAll())

    def test_an_unknown_name_says_so_as_databricks_does(self):
        with self.assertRaisesRegex(InputWidgetNotDefined, "InputWidgetNotDefined: No input widget named day is defined"):
            Widgets({}).get("day")

    def test_a_default_must_be_one_of_the_choices(self):
        with self.assertRaises(ValueError):
            Widgets({}).dropdown("size", "xl", ["s", "m"])

    def test_a_removed_widget_is_gone_and_cannot_be_removed_twice(self):
        widgets = Widgets({"a": "1"})
        widgets.remove("a")
        with self.assertRaises(InputWidgetNotDefined):
            widgets.remove("a")


if __name__ == "__main__":
    unittest.main()
