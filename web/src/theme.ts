// Light or dark by choice; without a choice the device decides.

const YEAR_S = 31_536_000;

/** Let a button switch between light and dark, and remember it. */
export function switchTheme(element: HTMLElement): void {
  element.hidden = false;
  element.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset["theme"]
      ? root.dataset["theme"] === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset["theme"] = dark ? "light" : "dark";
    document.cookie = `doorstep_theme=${root.dataset["theme"]}; path=/; max-age=${YEAR_S}; samesite=lax`;
    document.dispatchEvent(new CustomEvent("doorstep:theme"));
  });
}
