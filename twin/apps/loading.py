"""The pages that still load: a kernel is abandoned if its page neither connects to it nor gives a sign of life."""

from datetime import UTC, datetime, timedelta

LONGEST_LOADING = timedelta(minutes=10)  # time after the first sign of life, from which on they are ignored


class Loading:
    """Kernels whose page has not connected yet, each with the times of the first and the latest sign of its life."""

    def __init__(self) -> None:
        self._signs: dict[str, tuple[datetime, datetime] | None] = {}

    def __contains__(self, kernel_id: str) -> bool:
        """Return whether the page of a kernel has not connected yet."""
        return kernel_id in self._signs

    def add(self, kernel_id: str) -> None:
        """Add the kernel of a page that begins to load."""
        self._signs[kernel_id] = None

    def discard(self, kernel_id: str) -> None:
        """Forget a kernel, because its page has connected or the kernel has ended."""
        self._signs.pop(kernel_id, None)

    def sign(self, kernel_id: str) -> None:
        """Record a sign of life of the page of a kernel."""
        if kernel_id in self._signs:
            now = datetime.now(UTC)
            first, _ = self._signs[kernel_id] or (now, now)
            self._signs[kernel_id] = first, now

    def is_abandoned(self, kernel_id: str, last_activity: datetime, patience: timedelta) -> bool:
        """Return whether kernel and page have been silent for longer than `patience`, or the page loads for too long.

        A visitor who only keeps sending signs of life occupies a kernel for `LONGEST_LOADING` at most.
        """
        if kernel_id not in self._signs:
            return False
        now = datetime.now(UTC)
        first, latest = self._signs[kernel_id] or (now, last_activity)
        return now - first > LONGEST_LOADING or now - max(latest, last_activity) > patience
