// Rows of a list by keyboard: j and k go down and up, x chooses; Enter opens the row that has the focus, as links do.

import { isTyping } from "./keys";

/** Let a form with `data-rows` around a table be walked by keys, and say in its `data-chosen` how many rows are ticked. */
export function walkRows(form: HTMLElement): void {
  const rows = [...form.querySelectorAll<HTMLTableRowElement>("tbody tr")];
  const links = rows.map((row) => row.querySelector<HTMLElement>("th a"));
  const ticks = rows.map((row) => row.querySelector<HTMLInputElement>('input[type="checkbox"]'));

  const at = (): number => rows.findIndex((row) => row.contains(document.activeElement));
  const go = (to: number): void => {
    const link = links[Math.min(Math.max(to, 0), links.length - 1)];
    link?.focus();
    link?.closest("tr")?.scrollIntoView({ block: "nearest" });
  };

  const said = form.querySelector<HTMLElement>("[data-chosen]");
  const count = (): void => {
    const chosen = ticks.filter((tick) => tick?.checked).length;
    if (said) said.textContent = chosen ? `${chosen} chosen` : "";
  };
  form.addEventListener("change", count);
  count();

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (isTyping(event.target) && !(event.target instanceof HTMLInputElement && event.target.type === "checkbox")) return;
    const now = at();
    if (event.key === "j") go(now + 1);
    else if (event.key === "k") go(now < 0 ? 0 : now - 1);
    else if (event.key === "x" && now >= 0) ticks[now]?.click();
    else return;
    event.preventDefault();
  });
}
