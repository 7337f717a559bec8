"""Which lessons there are: every file of ``compare/lessons`` that has a ``LESSON``."""

import difflib
import importlib
import pkgutil

import compare.lessons
from compare.common.errors import BadInput
from compare.lessons.toolkit.lesson import Lesson


def lessons() -> list[Lesson]:
    """Return all lessons in the tutorial's order."""
    names = [module.name for module in pkgutil.iter_modules(compare.lessons.__path__) if not module.ispkg]
    modules = [importlib.import_module(f"{compare.lessons.__name__}.{name}") for name in names]
    found = [module.LESSON for module in modules if hasattr(module, "LESSON")]
    return sorted(found, key=lambda lesson: (lesson.number, lesson.name))


def chosen(names: list[str]) -> list[Lesson]:
    """Return the lessons of these names, ``all`` for all of them. Raises BadInput for a name that is none."""
    known = {lesson.name: lesson for lesson in lessons()}
    for name in names:
        if name != "all" and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise BadInput(f"there is no lesson {name!r}: there is all, {', '.join(known)}{meant}")
    return [lesson for lesson in known.values() if "all" in names or lesson.name in names]
