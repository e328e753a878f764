import fc from 'fast-check';
import {
  addRun,
  confirmRun,
  dropAllRuns,
  dropRun,
  finishRun,
  isRunOpen,
  maxRuns,
  readLastRun,
  type Undo,
} from '../../../../../src/runtime/core/execution/undo';

/** Steps as they run: those of each cycle, in cycles that follow each other. */
const histories = fc
  .array(fc.array(fc.constantFrom('reserve', 'charge', 'ship'), { maxLength: 4 }), { maxLength: 20 })
  .map((cycles) => cycles.flatMap((steps, at) => steps.map((step) => ({ step, cycle: at + 1 }))));

describe('the runs that are remembered', () => {
  it('The runs that are remembered come back in reverse order, each once, whatever ran', () => {
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

  it('The runs that are remembered stay small: ten thousand in equal cycles take less than 150 characters', () => {
    let undo: Undo | null = null;
    for (let cycle = 1; cycle <= maxRuns / 2; cycle += 1)
      for (const step of ['reserve', 'charge']) undo = finishRun(addRun(undo, step, cycle));
    expect(undo?.count).toBe(maxRuns);
    expect(JSON.stringify(undo).length).toBeLessThan(150);
  });

  it('The runs that are remembered say of the last one whether it has finished', () => {
    const open = addRun(null, 'reserve', 7);
    expect(readLastRun(open)).toEqual({ step: 'reserve', cycle: 7, isFinished: false });
    expect(readLastRun(finishRun(open))?.isFinished).toBe(true);
  });

  it.each<[string, Undo | null, boolean]>([
    ['that has begun', addRun(null, 'reserve', 7), true],
    ['that has finished', finishRun(addRun(null, 'reserve', 7)), false],
    ['of another step', addRun(null, 'charge', 7), false],
    ['of another cycle', addRun(null, 'reserve', 6), false],
    ['that is none', null, false],
    ['that is no longer the last', addRun(addRun(null, 'reserve', 7), 'charge', 7), false],
  ])('The runs that are remembered know whether a run is open: one %s', (_what, undo, isOpen) => {
    expect(isRunOpen(undo, 'reserve', 7)).toBe(isOpen);
  });

  it('The runs that are remembered take one that is presumed for one that has begun, once it does, has finished, or is followed by another', () => {
    const presumed = addRun(null, 'reserve', 7, true);
    expect(presumed).toEqual({ ...addRun(null, 'reserve', 7), isPresumed: true });
    expect(confirmRun(presumed)).toEqual(addRun(null, 'reserve', 7));
    expect(dropRun(presumed)).not.toHaveProperty('isPresumed');
    expect(addRun(presumed, 'charge', 7)).toEqual(addRun(addRun(null, 'reserve', 7), 'charge', 7));
    expect(finishRun(presumed)).toEqual(finishRun(addRun(null, 'reserve', 7)));
    expect(addRun(null, 'reserve', 7)).not.toHaveProperty('isPresumed');
  });

  it('The runs that are remembered can all be forgotten', () => {
    expect(dropAllRuns(addRun(null, 'reserve', 7))).toEqual({
      names: [],
      blocks: [],
      count: 0,
      isOpen: false,
    });
    const none = dropAllRuns(addRun(null, 'reserve', 7));
    expect(readLastRun(none)).toBeUndefined();
    expect(dropRun(none)).toEqual(none);
  });

  it.each<[string, (readonly [string, number])[], unknown]>([
    [
      'of one cycle are one block',
      [
        ['reserve', 1],
        ['charge', 1],
      ],
      [[1, 1, 0, 1]],
    ],
    [
      'of equal cycles are one block once they are over',
      [
        ['reserve', 1],
        ['reserve', 2],
        ['reserve', 3],
      ],
      [
        [1, 2, 0],
        [3, 1, 0],
      ],
    ],
    [
      'of cycles between which one is missing are not',
      [
        ['reserve', 1],
        ['reserve', 3],
        ['reserve', 4],
      ],
      [
        [1, 1, 0],
        [3, 1, 0],
        [4, 1, 0],
      ],
    ],
    [
      'of equal cycles are one block behind other ones, too',
      [
        ['charge', 1],
        ['reserve', 2],
        ['reserve', 3],
        ['reserve', 4],
      ],
      [
        [1, 1, 0],
        [2, 2, 1],
        [4, 1, 1],
      ],
    ],
    [
      'of unequal cycles are not',
      [
        ['reserve', 1],
        ['charge', 2],
        ['charge', 3],
      ],
      [
        [1, 1, 0],
        [2, 1, 1],
        [3, 1, 1],
      ],
    ],
    [
      'of which one has more are not',
      [
        ['reserve', 1],
        ['reserve', 2],
        ['charge', 2],
        ['reserve', 3],
      ],
      [
        [1, 1, 0],
        [2, 1, 0, 1],
        [3, 1, 0],
      ],
    ],
  ])('The runs that are remembered %s', (_what, history, blocks) => {
    const undo = history.reduce<Undo | null>(
      (before, [step, cycle]) => finishRun(addRun(before, step, cycle)),
      null,
    );
    expect(undo?.blocks).toEqual(blocks);
  });

  it('The runs that are remembered go on in the last cycle of a block that was opened again', () => {
    const three = [1, 2, 3].reduce<Undo | null>((undo, cycle) => addRun(undo, 'reserve', cycle), null);
    const two = dropRun(three as Undo);
    expect(two.blocks).toEqual([[1, 2, 0]]);
    expect(addRun(two, 'charge', 2).blocks).toEqual([
      [1, 1, 0],
      [2, 1, 0, 1],
    ]);
  });
});
