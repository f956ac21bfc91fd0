// Keys that press buttons: `data-key="F9"`, for packers whose hands stay on the keyboard; `/` goes to the search.

/** Listen for the keys of the buttons and links on the page. */
export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    if (!/^F\d+$/.test(event.key) && isTyping(event.target)) return;
    const pressed = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`);
    const search = event.key === "/" ? document.querySelector<HTMLInputElement>("[data-search]") : null;
    if (!pressed && !search) return;
    event.preventDefault();
    pressed?.click();
    search?.select();
  });
}

/** Whether what is pressed now goes into a field. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
