// What a scanner's answer sounds and feels like: told apart without looking.

export type Answer = "good" | "done" | "warning" | "wrong" | "offline";

/** Tones as [hertz, milliseconds]; a rest has 0 hertz. */
const TONES: Record<Answer, [number, number][]> = {
  good: [[1568, 90]],
  done: [[1175, 90], [0, 40], [1760, 150]],
  warning: [[660, 140], [0, 60], [660, 140]],
  wrong: [[196, 480]],
  offline: [[440, 110], [330, 110], [247, 180]],
};

const BUZZES: Record<Answer, number[]> = {
  good: [40],
  done: [40, 60, 40],
  warning: [120, 80, 120],
  wrong: [400],
  offline: [80, 80, 80, 80, 80],
};

let speaker: AudioContext | undefined;

/** Sound and vibrate. Browsers stay silent until the page was touched or typed in once. */
export function tell(answer: Answer): void {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZES[answer]);
  try {
    speaker ??= new AudioContext();
    void speaker.resume().catch(() => undefined);
    if (speaker.state !== "suspended") play(speaker, TONES[answer]);
  } catch {
    // a device without sound: color and vibration say it
  }
}

function play(context: AudioContext, tones: [number, number][]): void {
  let at = context.currentTime;
  for (const [hertz, ms] of tones) {
    const until = at + ms / 1000;
    if (hertz > 0) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.type = hertz < 300 ? "square" : "sine";
      tone.frequency.value = hertz;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.4, at + 0.01);
      volume.gain.setValueAtTime(0.4, until - 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, until);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(until);
    }
    at = until;
  }
}
