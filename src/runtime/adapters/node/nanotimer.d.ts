declare module 'nanotimer' {
  /** The part of Nanotimer 0.3.15 that is used. Times are an integer and a unit; `u` is microseconds. */
  class NanoTimer {
    setInterval(task: () => void, parameters: '', interval: `${number}u`): void;
    clearInterval(): void;
    setTimeout(task: () => void, parameters: '', delay: `${number}u`): void;
    clearTimeout(): void;
  }
  export = NanoTimer;
}
