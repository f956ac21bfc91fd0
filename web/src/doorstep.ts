// What every page loads: attaches the islands, now and to whatever arrives later. Pages work without it.

import htmx from "htmx.org";
import { guardForms, askFirst, sendOnChange } from "./forms";
import { countDown } from "./countdown";
import { listenForKeys } from "./keys";
import { followLive } from "./live";
import { shrinkPhotos } from "./photo";
import { reportPosition, fillPlace } from "./place";
import { walkRows } from "./rows";
import { scan, answer } from "./scan";
import { signByHand } from "./sign";
import { stepByThumb } from "./stepper";
import { showCurrentTab } from "./tabs";
import { switchTheme } from "./theme";
import { tellLocally } from "./when";

type Island = (element: HTMLElement) => void;

const ISLANDS: [string, Island][] = [
  ["[data-scan]", scan],
  ["[data-live-url]", followLive],
  ["[data-countdown]", countDown],
  ["[data-autosubmit]", sendOnChange],
  ["[data-sign]", signByHand],
  ["[data-photo]", shrinkPhotos],
  ["[data-place]", fillPlace],
  ["[data-position-url]", reportPosition],
  ["[data-theme-switch]", switchTheme],
  ["[data-stepper]", stepByThumb],
  ["[data-rows]", walkRows],
  [".tabs", showCurrentTab],
  ["time[data-when]", tellLocally],
  ["[data-map]", (element) => void import("./map").then(({ drawMap }) => drawMap(element))],
];

const attached = new WeakSet<HTMLElement>();

/** Attach every island at or below `root` that is not attached yet. */
function attach(root: ParentNode): void {
  for (const [selector, island] of ISLANDS) {
    for (const element of root.querySelectorAll<HTMLElement>(selector)) {
      if (attached.has(element)) continue;
      attached.add(element);
      island(element);
    }
  }
}

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;

guardForms();
askFirst();
listenForKeys();
answer(document.body);
attach(document);
document.addEventListener("htmx:load", () => attach(document));
document.addEventListener("doorstep:arrived", () => {
  htmx.process(document.body);
  attach(document);
});
