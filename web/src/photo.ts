// Photos from a phone, made small before they are sent: 1280 px are enough to see a parcel at a door.

import { word } from "./words";

const SIDE_MAX_PX = 1280;
const QUALITY = 0.82;

/** Shrink what is chosen in a file input and show it. */
export function shrinkPhotos(element: HTMLElement): void {
  const input = element as HTMLInputElement;
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) void shrink(file).then((small) => show(input, small));
  });
}

async function shrink(file: File): Promise<File> {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE_MAX_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return blob ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; // not a picture this browser reads: the server says so
  }
}

function show(input: HTMLInputElement, file: File): void {
  const carrier = new DataTransfer();
  carrier.items.add(file);
  input.files = carrier.files;
  const old = input.parentElement?.querySelector<HTMLImageElement>(".photo img");
  if (old) URL.revokeObjectURL(old.src);
  const box = old?.parentElement ?? document.createElement("div");
  const picture = old ?? document.createElement("img");
  box.className = "photo";
  picture.src = URL.createObjectURL(file);
  picture.alt = word("photo", "The photo that will be sent");
  box.append(picture);
  input.after(box);
}
