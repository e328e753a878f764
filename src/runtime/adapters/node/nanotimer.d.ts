declare module 'nanotimer' {
  /** The part of Nanotimer 0.3.15 that is used. Times are an integer and a unit; `m` is milliseconds. */
  class NanoTimer {
    setInterval(task: () => void, parameters: '', interval: `${number}m`): void;
    clearInterval(): void;
    setTimeout(task: () => void, parameters: '', delay: `${number}m`): void;
    clearTimeout(): void;
  }
  export = NanoTimer;
}
