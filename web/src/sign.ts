// A signature by finger, pen or mouse, kept as an SVG path in a box of 600 by 200. Typing the name does as well.

const WIDTH = 600;
const HEIGHT = 200;
const LENGTH_MAX = 20_000;

/** Let a signature be drawn into the hidden field beside the canvas. */
export function signByHand(element: HTMLElement): void {
  const canvas = element.querySelector("canvas");
  const field = element.querySelector<HTMLInputElement>('input[type="hidden"]');
  const clear = element.querySelector<HTMLButtonElement>("[data-clear]");
  const pen = canvas?.getContext("2d");
  if (!canvas || !field || !pen) return;

  canvas.hidden = false;
  if (clear) clear.hidden = false;
  pen.lineWidth = 3;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.strokeStyle = "#111";

  let path = "";
  const at = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const y = ((event.clientY - box.top) / box.height) * HEIGHT;
    return [Math.round(Math.min(Math.max(x, 0), WIDTH)), Math.round(Math.min(Math.max(y, 0), HEIGHT))];
  };
  const draw = (event: PointerEvent, command: "M" | "L"): void => {
    const [x, y] = at(event);
    const step = `${command}${x} ${y}`;
    if (path.endsWith(step.slice(1)) || path.length + step.length > LENGTH_MAX) return;
    path += step;
    if (command === "M") {
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x + 0.1, y);
    } else pen.lineTo(x, y);
    pen.stroke();
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
    draw(event, "M");
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) draw(one, "L");
  });
  canvas.addEventListener("pointerup", () => (field.value = path));
  canvas.addEventListener("pointercancel", () => (field.value = path));
  clear?.addEventListener("click", () => {
    path = field.value = "";
    pen.clearRect(0, 0, WIDTH, HEIGHT);
  });
}
