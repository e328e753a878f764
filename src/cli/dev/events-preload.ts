/**
 * What tells `baton dev` of an execution: an observer that every environment's handler finds, and that writes each event to descriptor 4.
 * A log may be silent, in other words, or somebody else's.
 */
export const eventsPreload = `
{
  const { writeSync } = require('node:fs');
  const write = (text) => {
    // A pipe that is full for a moment is written to again; one that is gone has nobody to tell.
    for (let tries = 0; text.length > 0 && tries < 1000; tries += 1) {
      try {
        text = text.subarray(writeSync(4, text));
      } catch (error) {
        if (error.code !== 'EAGAIN') return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
  };
  const key = Symbol.for('lambda-baton:observers');
  const last = { atMs: 0, event: undefined };
  const tell = (event) => write(Buffer.from(JSON.stringify(event) + '\\n'));
  const on = (event) => {
    // Steps may report their progress a thousand times a second.
    if (event.type === 'progress' && event.atMs - last.atMs < 100) {
      last.event = event;
      return;
    }
    if (last.event !== undefined && event.type !== 'progress') tell(last.event);
    last.event = undefined;
    if (event.type === 'progress') last.atMs = event.atMs;
    tell(event);
  };
  globalThis[key] = [...(globalThis[key] ?? []), { on }];
}
`;
