"""`dbutils.widgets`: named text parameters of a run."""


class InputWidgetNotDefined(Exception):
    """No widget and no parameter of that name."""

    def __init__(self, name):
        super().__init__(
            f"com.databricks.dbutils_v1.InputWidgetNotDefined: No input widget named {name} is defined"
        )


class Widgets:
    """A run's parameter wins over a declared default; a parameter needs no declaration."""

    def __init__(self, parameters):
        self._passed = {str(name): str(value) for name, value in parameters.items()}
        self._defaults = {}

    def text(self, name, defaultValue="", label=None):
        self._declare(name, defaultValue)

    def dropdown(self, name, defaultValue, choices, label=None):
        self._declare(name, defaultValue, choices)

    def combobox(self, name, defaultValue, choices=(), label=None):
        self._declare(name, defaultValue)

    def multiselect(self, name, defaultValue, choices, label=None):
        self._declare(name, defaultValue, choices)

    def get(self, name):
        if name in self._passed:
            return self._passed[name]
        if name in self._defaults:
            return self._defaults[name]
        raise InputWidgetNotDefined(name)

    def getArgument(self, name, defaultValue=None):
        try:
            return self.get(name)
        except InputWidgetNotDefined:
            if defaultValue is None:
                raise
            return defaultValue

    def getAll(self):
        return {**self._defaults, **self._passed}

    def remove(self, name):
        if name not in self._defaults and name not in self._passed:
            raise InputWidgetNotDefined(name)
        self._defaults.pop(name, None)
        self._passed.pop(name, None)

    def removeAll(self):
        self._defaults.clear()
        self._passed.clear()

    def help(self):
        print("dbutils.widgets: text, dropdown, combobox, multiselect, get, getAll, remove, removeAll")

    def _set(self, name, value):
        """What `%run path $name="value"` does."""
        self._passed[name] = value

    def _declare(self, name, default, choices=None):
        if not isinstance(name, str) or not isinstance(default, str):
            raise TypeError("names and values of widgets are text")
        if choices is not None and default not in choices:
            raise ValueError(f"the default value of widget {name!r} is not one of its choices")
        self._defaults[name] = default
