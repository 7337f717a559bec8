"""The tutorial's lessons, run on both sides: ``python -m compare lessons``.

A function in a file here that ``lesson`` decorates is a lesson; ``toolkit`` is what they are made with.
"""

import difflib
import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from compare.common.errors import BadInput

if TYPE_CHECKING:
    from compare.lessons.toolkit import Lesson


def all_lessons() -> "list[Lesson]":
    """Return all lessons in the tutorial's order."""
    from compare.lessons.toolkit import Lesson

    modules = [import_module(f"{__name__}.{file.name}") for file in pkgutil.iter_modules(__path__) if not file.ispkg]
    found = [one for module in modules for one in vars(module).values() if isinstance(one, Lesson)]
    return sorted(found, key=lambda lesson: (lesson.number, lesson.name))


def chosen_lessons(names: list[str]) -> "list[Lesson]":
    """Return the lessons of these names, ``all`` for all of them. Raises BadInput for a name that is none."""
    known = {lesson.name: lesson for lesson in all_lessons()}
    for name in names:
        if name != "all" and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise BadInput(f"there is no lesson {name!r}: there is all, {', '.join(known)}{meant}")
    return [lesson for lesson in known.values() if "all" in names or lesson.name in names]
