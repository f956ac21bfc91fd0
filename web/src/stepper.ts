// A whole number with a button for one less and one more, for thumbs.

/** Let the buttons of a `data-stepper` change the number between them, within its bounds. */
export function stepByThumb(element: HTMLElement): void {
  const field = element.querySelector("input");
  if (!field) return;
  for (const button of element.querySelectorAll<HTMLElement>("[data-by]")) {
    button.addEventListener("click", () => {
      const wanted = (Number(field.value) || 0) + Number(button.dataset["by"]);
      field.value = String(Math.min(Math.max(wanted, Number(field.min)), Number(field.max)));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}
