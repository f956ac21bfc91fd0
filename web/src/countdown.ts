// Time that is left, counted down from what the server said: the device's own clock may be wrong, or the day simulated.

const TICK_MS = 15_000;

/** Count `data-countdown` seconds down from now on. */
export function countDown(element: HTMLElement): void {
  const begun = performance.now();
  const leftAtFirst = Number(element.dataset["countdown"]);
  const show = (): void => {
    if (!element.isConnected) {
      clearInterval(timer);
      return;
    }
    const left = Math.trunc(leftAtFirst - (performance.now() - begun) / 1000);
    element.textContent = span(left);
    element.classList.toggle("wrong", left < 0);
    element.classList.toggle("warning", left >= 0 && left < 3600);
  };
  const timer = setInterval(show, TICK_MS);
}

/** Say a number of seconds: `2 h 05 min`, `3 d 4 h`, `12 min late`. The macro `span` says it the same way. */
export function span(seconds: number): string {
  const left = Math.abs(seconds);
  const hours = Math.floor((left % 86_400) / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  const late = seconds < 0 ? " late" : "";
  if (left >= 86_400) return `${Math.floor(left / 86_400)} d ${hours} h${late}`;
  if (left >= 3600) return `${hours} h ${String(minutes).padStart(2, "0")} min${late}`;
  return `${minutes} min${late}`;
}
