"""How an exception of a notebook is told: one line, and a trace without the host's own frames."""

import os
import traceback

from pyspark.errors.exceptions.captured import CapturedException

OURS = os.path.dirname(os.path.abspath(__file__))
MESSAGE_LIMIT = 16_384
TRACE_LIMIT = 131_072


def error_line(problem):
    """`Type: message`, without the Java stack that Py4J puts behind it."""
    return _cut(_told(problem).split("\n\tat ")[0], MESSAGE_LIMIT)


def _told(problem):
    try:
        text = problem._desc if isinstance(problem, CapturedException) else str(problem)
    except Exception as worse:  # an exception of the notebook's own may be unable to say what it is
        text = f"<{type(worse).__name__} while telling this error>"
    if isinstance(problem, SyntaxError):
        text = f"{problem.msg} ({problem.filename}, line {problem.lineno})" if problem.filename else problem.msg
    name, text = type(problem).__name__, text.strip()
    return f"{name}: {text}" if text else name


def error_trace(problem):
    lines = []
    for item in _chain(problem):
        if lines:
            lines.append("\nDuring handling of the above exception, or because of it:\n\n")
        frames = [frame for frame in traceback.extract_tb(item.__traceback__) if not _hidden(frame, item)]
        if frames:
            lines.append("Traceback (most recent call last):\n")
            lines += traceback.format_list(frames)
        if isinstance(item, SyntaxError):
            lines += traceback.format_exception_only(type(item), item)
        else:
            lines.append(_told(item) + "\n")
    if child := getattr(problem, "child_trace", ""):
        lines.append(f"\n--- in the child run {problem.run_id} ---\n{child}")
    return _cut("".join(lines), TRACE_LIMIT)


def _hidden(frame, problem):
    """Our own frames; and of code that did not parse, the parser's."""
    return frame.filename.startswith(OURS) or (isinstance(problem, SyntaxError) and frame.filename.endswith("/ast.py"))


def _chain(problem):
    """The exception and those that led to it, first cause first."""
    seen, chain = set(), []
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        chain.insert(0, problem)
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    return chain


def _cut(text, limit):
    return text if len(text) <= limit else text[:limit] + "\n... (cut)"
