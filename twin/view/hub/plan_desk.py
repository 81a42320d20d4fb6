"""Handle files of the plan: a preview of a workbook or CSV file before it is written, and the plan as a workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.errors import PlanChanged, RowsRefused
from twin.data.text import number_of
from twin.view.guard import sentence
from twin.view.hub import feed_answers, forms, preview_answers
from twin.view.hub.ledger_page import LedgerPage
from twin.view.words import alert

if TYPE_CHECKING:
    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.contract_year import ContractYear

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PlanDesk(LedgerPage):
    """Files of the plan that the hub uses: that of the ledger, or one that ends with the page.

    plan_in_use : function that returns the plan and whether it ends with the page.
    plan_changed : function that shows the plan as it is now.
    contract_year : function that returns the coming year of the contracts of sites and lanes.
    """

    plan_in_use: Callable[[], tuple[CapacityPlan, bool]]
    plan_changed: Callable[[], None]
    contract_year: Callable[[Iterable[str]], ContractYear]
    _of_page: CapacityPlan | None = None  # plan of the page whose file has just been kept

    def do_plan_import(self, message: dict[str, Any]) -> str:
        """Return the preview of a file for the plan, or, after the confirmation, write it and return the answer."""
        plan, ends = self.plan_in_use()
        if not ends:
            self.require_writable()
        step = self._written if message.get("sure") else self._shown
        try:
            return self._uploads.read(message, lambda path, name: step(path, name, message, plan, ends))
        except RowsRefused as refusal:
            plain = f"None was written; tick “{forms.LEAVE_OUT}” to write the others."
            return alert(f"{sentence(refusal)} {plain}") + feed_answers.folded(str(refusal.account))

    def offer_plan(self) -> str:
        """Return a button that keeps the plan of the page in the ledger, beside the flows of its file; "" if empty."""
        plan, ends = self.plan_in_use()
        count = sum(map(len, plan.entries.values())) if ends else 0
        self._of_page = plan if count else None
        return preview_answers.keeping_plan(count) if count else ""

    def do_plan_keep(self, _message: dict[str, Any]) -> str:
        """Write the plan of the page, whose file is in the ledger by now, to the ledger's plan; return the answer."""
        from twin.plan.kept_plan import keep_plan

        require(self._of_page is not None, "plan", "one that ends with the page", "none")
        self.require_writable()
        plan, ends = self.plan_in_use()
        require(not ends, "flows", "those of the ledger", "others")
        done = keep_plan(self._of_page, plan)
        self._of_page = None
        self.plan_changed()
        kept = f"{number_of(done.written, 'value')} of the plan kept in the ledger."
        stay = number_of(done.held, "value stays", "values stay")
        return feed_answers.said(f"{kept} {stay} as the ledger states them." if done.held else kept)

    def do_plan_export(self, _message: dict[str, Any]) -> str:
        """Send the plan to the page as a workbook, and return the answer."""
        from twin.plan.plan_export import export_plan
        from twin.plan.plan_words import counted_kinds

        plan, _ = self.plan_in_use()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "plan.xlsx")
            counts = export_plan(plan, path)
            self.forms.send({"download": "plan.xlsx", "type": WORKBOOK}, buffers=[path.read_bytes()])
        self.plan_changed()  # the workbook shows what others have changed, and so does the page
        here = counted_kinds({kind: count for kind, count in counts.items() if count})
        return feed_answers.said(f"{here} of the plan written to plan.xlsx.")

    def do_plan_year(self, message: dict[str, Any]) -> str:
        """Return the coming year of the contracts, of one site or lane or of all that alone use some, as HTML."""
        from twin.view.hub.year_answer import year_answer

        name = str(message.get("entry", "")).strip()
        return year_answer(self.contract_year([name] if name else []))

    def _shown(self, path: Path, name: str, message: dict[str, Any], plan: CapacityPlan, _ends: bool) -> str:
        from twin.plan.plan_import import preview_plan
        from twin.plan.plan_words import counted_kinds

        plan.refresh()
        found = preview_plan(plan, path, good_rows_only="good_rows_only" in message, name=name)
        self._uploads.hold(message, path)
        return preview_answers.plan_preview(found, name, message, counted_kinds(found.entries))

    def _written(self, path: Path, name: str, message: dict[str, Any], plan: CapacityPlan, ends: bool) -> str:
        from twin.plan.plan_import import import_plan
        from twin.plan.plan_words import counted_kinds

        how = {"good_rows_only": "good_rows_only" in message, "overwrite": "overwrite" in message}
        try:
            done = import_plan(plan, path, name=name, **how)
        except PlanChanged as conflict:
            self._uploads.hold(message, path)
            self.plan_changed()
            return alert(f"{sentence(conflict)} Nothing was written.") + preview_answers.overwriting(message)
        self.plan_changed()
        gone = f", {done.removed:,} removed" if done.removed else ""
        words = f"{number_of(done.written, 'value')} of {counted_kinds(done.entries)} written{gone}."
        lasts = " This plan ends with the page." if ends else ""
        return feed_answers.said(words + lasts if done.change else "The plan has all these values already.")
