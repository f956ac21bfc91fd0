// Keys that press buttons: `data-key="F9"`, for packers whose hands stay on the keyboard.

/** Listen for the keys of the buttons and links on the page. */
export function listenForKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    if (!/^F\d+$/.test(event.key) && isTyping(event.target)) return;
    const pressed = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`);
    if (!pressed) return;
    event.preventDefault();
    pressed.click();
  });
}

/** Whether what is pressed now goes into a field. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
