// Tabs that do not fit the screen: the current one is brought into sight.

/** Scroll a row of tabs so that its current tab is seen, without moving the page. */
export function showCurrentTab(element: HTMLElement): void {
  const current = element.querySelector<HTMLElement>("[aria-current]");
  if (!current) return;
  const hidden = current.offsetLeft + current.offsetWidth - element.offsetLeft - element.clientWidth;
  if (hidden > 0) element.scrollLeft = hidden + element.clientWidth / 4;
}
