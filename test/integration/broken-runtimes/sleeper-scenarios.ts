import { LongRunning, OnResume, State, Step, Terminate, waitForSignal } from '../../../src';
import { SleeperWorld } from './sleeper-world';

/** What became of the execution, and what user code has done. */
export interface Scene {
  readonly status: unknown;
  readonly notes: readonly string[];
}

/** Makes a job that waits for a first signal, then for a second one. */
function makeSleeper(world: SleeperWorld, { timeoutSeconds = 0, begin = async () => {} } = {}) {
  @LongRunning({ safeMs: 1_000, intervalMs: 100, name: 'sleeper' })
  class Sleeper {
    @State() isDone = false;
    @OnResume() resume() {
      world.notes.push('resumed');
    }
    @Step() async first() {
      await begin();
      return timeoutSeconds > 0 ? waitForSignal('first', { timeoutSeconds }) : waitForSignal('first');
    }
    @Step() async second() {
      world.notes.push('second');
      await world.pause(10);
      return timeoutSeconds > 0 ? undefined : waitForSignal('second');
    }
    @Step() end() {
      this.isDone = true;
    }
    @Terminate() isOver() {
      return this.isDone;
    }
  }
  return Sleeper;
}

async function describe(world: SleeperWorld): Promise<Scene> {
  await world.settle();
  return { status: await world.readStatus(), notes: world.notes };
}

function once(act: () => Promise<unknown>): () => Promise<void> {
  let isDone = false;
  return async () => {
    if (isDone) return;
    isDone = true;
    await act();
  };
}

/** The first signal comes when the sleep is written, the second one when the inbox has been read behind it. */
export async function sendWhileReading(): Promise<Scene> {
  const world = new SleeperWorld((self) => makeSleeper(self));
  const sendFirst = once(() => world.signal('first'));
  const sendSecond = once(() => world.signal('second'));
  world.beforeSave = ({ status }) => status === 'waiting' && sendFirst();
  world.afterLoad = (id, stored) =>
    stored === undefined && /^lambda-baton:inbox:.*:1$/.test(id) && sendSecond();
  await world.run();
  return describe(world);
}

/** Each signal comes while it sleeps. */
export async function sendWhileAsleep(): Promise<Scene> {
  const world = new SleeperWorld((self) => makeSleeper(self));
  await world.run();
  for (const name of ['first', 'second']) {
    await world.signal(name);
    await world.settle();
  }
  return describe(world);
}

/** AWS delivers the start again when it has put the execution to sleep, and that copy dies. */
export async function repeatAfterSleep(): Promise<Scene> {
  const world = new SleeperWorld((self) => makeSleeper(self));
  await world.run();
  world.beforeSave = async ({ status }) => {
    if (status !== 'waiting') return;
    await world.signal('first');
    world.die();
  };
  await world.drive(world.repeatStart());
  world.beforeSave = () => {};
  for (const name of ['first', 'second']) await world.signal(name);
  return describe(world);
}

/** Its time-out comes. */
export async function waitInVain(): Promise<Scene> {
  const world = new SleeperWorld((self) => makeSleeper(self, { timeoutSeconds: 20 }));
  await world.run();
  return describe(world);
}

/** Its time-out is beyond what a queue can hold a message back. */
export async function waitInVainForLong(): Promise<Scene> {
  const world = new SleeperWorld((self) => makeSleeper(self, { timeoutSeconds: 3_000 }));
  await world.run();
  return describe(world);
}

/** AWS delivers the start twice; the copy that is at work dies, and is not tried again since the other one has succeeded. */
export async function dieAfterDuplicate(): Promise<Scene> {
  const world = new SleeperWorld((self) => makeSleeper(self, { timeoutSeconds: 20, begin: () => begin() }));
  const begin = once(async () => {
    await world.repeatStart();
    world.die();
  });
  await world.run();
  return describe(world);
}
