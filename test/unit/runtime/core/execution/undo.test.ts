import fc from 'fast-check';
import {
  addRun,
  dropRun,
  finishRun,
  maxRuns,
  readLastRun,
  type Undo,
} from '../../../../../src/runtime/core/execution/undo';

/** Steps as they run: those of each cycle, in cycles that follow each other. */
const histories = fc
  .array(fc.array(fc.constantFrom('reserve', 'charge', 'ship'), { maxLength: 4 }), { maxLength: 20 })
  .map((cycles) => cycles.flatMap((steps, at) => steps.map((step) => ({ step, cycle: at + 1 }))));

describe('the runs that are remembered', () => {
  it('come back in reverse order, each once, whatever ran', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let undo: Undo | null = null;
        for (const { step, cycle } of history) undo = finishRun(addRun(undo, step, cycle));
        const back: unknown[] = [];
        for (let run = undo && readLastRun(undo); undo && run; run = readLastRun(undo)) {
          back.push({ step: run.step, cycle: run.cycle });
          undo = dropRun(undo);
          expect(undo.count).toBe(history.length - back.length);
        }
        expect(back).toEqual([...history].reverse());
      }),
    );
  });

  it('stay small: ten thousand in equal cycles take less than 150 characters', () => {
    let undo: Undo | null = null;
    for (let cycle = 1; cycle <= maxRuns / 2; cycle += 1)
      for (const step of ['reserve', 'charge']) undo = finishRun(addRun(undo, step, cycle));
    expect(undo?.count).toBe(maxRuns);
    expect(JSON.stringify(undo).length).toBeLessThan(150);
  });

  it('say of the last one whether it has finished', () => {
    const open = addRun(null, 'reserve', 7);
    expect(readLastRun(open)).toEqual({ step: 'reserve', cycle: 7, isFinished: false });
    expect(readLastRun(finishRun(open))?.isFinished).toBe(true);
  });
});
