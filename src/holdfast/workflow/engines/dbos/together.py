"""Doing at once what several threads want done at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from holdfast.core.errors import HoldfastError

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class _Asked(Generic[Item, Answer]):
    def __init__(self, item: Item) -> None:
        self.item = item
        self.answer: Answer | None = None
        self.error: Exception | None = None
        self.done = False


class Together(Generic[Item, Answer]):
    """Calls `act` with all that was asked for while it was busy. Nobody waits for company."""

    def __init__(self, act: Callable[[Sequence[Item]], Sequence[Answer]]) -> None:
        self._act = act
        self._acting, self._listing = threading.Lock(), threading.Lock()
        self._waiting: list[_Asked[Item, Answer]] = []

    def __call__(self, item: Item) -> Answer:
        """The answer for this item. Raises what `act` raised for those that it was given together."""
        asked: _Asked[Item, Answer] = _Asked(item)
        with self._listing:
            self._waiting.append(asked)
        with self._acting:
            if not asked.done:
                self._act_for_all()
        if asked.error is not None:
            raise asked.error
        return asked.answer  # type: ignore[return-value]  # set, as there is no error

    def _act_for_all(self) -> None:
        with self._listing:
            these, self._waiting = self._waiting, []
        for each in these:  # what this thread alone would raise must not leave the others without an answer
            each.done, each.error = True, HoldfastError("what was asked for together with others failed")
        try:
            answers = self._act([each.item for each in these])
        except HoldfastError as error:
            for each in these:
                each.error = error
            return
        for each, answer in zip(these, answers, strict=True):
            each.answer, each.error = answer, None
