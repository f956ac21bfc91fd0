// Forms: sent once however often they are clicked; some ask first; some are sent as soon as a choice is made.

const sent = new WeakSet<HTMLFormElement>();
const agreed = new WeakSet<HTMLFormElement>();

/** Let every form that acts be sent only once. Coming back by the browser's history opens it again. */
export function guardForms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

/** Ask before a form with `data-confirm` is sent. */
export function askFirst(): void {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target as HTMLFormElement;
      const question = form.dataset["confirm"];
      if (!question || agreed.has(form)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const submitter = (event as SubmitEvent).submitter;
      ask(question, submitter?.textContent?.trim() || "Yes", () => {
        agreed.add(form);
        form.requestSubmit(submitter);
      });
    },
    { capture: true },
  );
}

function ask(question: string, yes: string, then: () => void): void {
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  dialog.setAttribute("aria-label", question);
  const text = document.createElement("p");
  text.textContent = question;
  const row = document.createElement("div");
  row.className = "row";
  const no = button("Keep as it is", "button plain");
  const go = button(yes, "button danger");
  row.append(no, go);
  dialog.append(text, row);
  dialog.addEventListener("close", () => dialog.remove());
  no.addEventListener("click", () => dialog.close());
  go.addEventListener("click", () => {
    dialog.close();
    then();
  });
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
}

function button(text: string, className: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  return made;
}

/** Send the form of a choice when it changes. */
export function sendOnChange(element: HTMLElement): void {
  element.addEventListener("change", () => (element as HTMLSelectElement).form?.requestSubmit());
}
