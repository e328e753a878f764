/** Compiled, never run: what a step may take, give back and name. */

import {
  complete,
  type Directive,
  type FieldCodec,
  goTo,
  OnComplete,
  OnFailure,
  OnStart,
  State,
  Step,
  type StepContext,
  Terminate,
  wait,
  waitUntil,
} from '../../src';
import type { StepDecorator } from '../../src/decorators/declare';

interface Input {
  page: number;
}

/** Base classes name their own steps, and those that only a subclass has by a text that is no literal. */
abstract class Base {
  @Step() open() {
    return goTo<string>('closeAll');
  }
  @Step() skip() {
    return goTo('open');
  }
}

export class Sound extends Base {
  @State() left: readonly number[] = [];
  @State({
    codec: { encode: (value: Date) => value.getTime(), decode: (stored) => new Date(stored.toFixed()) },
  })
  since = new Date();

  @Step() nothing(): void {}
  @Step() async nothingLater(_ctx: StepContext<Input>) {}
  @Step() never(): never {
    throw new Error();
  }
  @Step() partly(_ctx: { readonly input: { readonly page: number }; shouldYield(): boolean }) {}
  @Step() anything(_ctx: unknown) {}
  @Step() onward(ctx: StepContext<Input>) {
    return ctx.input.page > 1 ? goTo('open') : undefined;
  }
  @Step() async later(ctx: StepContext<Input>) {
    if (ctx.input.page > 1) return wait({ seconds: 1 });
    return ctx.input.page > 2 ? waitUntil(new Date()) : complete({ page: ctx.input.page });
  }
  @Step() declared(): Directive | undefined {
    return goTo('nowhere, which a type that is written out cannot know');
  }
  @Step() computed(ctx: StepContext<Input>) {
    return goTo(`page${ctx.input.page}` as string);
  }
  @Step() unknowable(): unknown {
    return undefined;
  }
  @Step() *pages(_ctx: StepContext<Input>) {
    yield;
    yield wait({ seconds: 1 });
    yield wait({ seconds: 1, goTo: 'nothing' });
    return waitUntil(new Date(), { goTo: 'pagesLater' });
  }
  @Step() async *pagesLater(): AsyncGenerator<undefined, void> {
    yield;
  }
  @Step() byHand() {}
  @Step({ once: true, compensate: 'undo' }) done() {}
  @Step({ compensate: 'undoNothing' }) async *doneLater(ctx: StepContext<Input>) {
    yield;
    return goTo(ctx.undo === undefined ? 'done' : 'doneLater');
  }
  @Step<string>({ compensate: 'of a subclass, or private' }) byOthers() {}
  async undo({ undo }: StepContext<Input>) {
    return undo?.isFinished === true ? `${undo.step} of cycle ${undo.cycle}` : undefined;
  }
  undoNothing() {}
  @Terminate() isDone(ctx: StepContext<Input>) {
    return ctx.input.page === this.left.length;
  }
  @OnComplete() anythingAtAll() {
    return { left: this.left };
  }
  @OnFailure() tell(_error: unknown, _ctx: StepContext<Input>) {}
}

Step()(Sound.prototype, 'byHand', Object.getOwnPropertyDescriptor(Sound.prototype, 'byHand') ?? {});

export class Unsound {
  count = 1;

  // @ts-expect-error no context
  @Step() text(_ctx: string) {}
  // @ts-expect-error the input is no context
  @Step() input(_input: Input) {}
  // @ts-expect-error a weak type that has nothing of a context
  @Step() weak(_options: { page?: number }) {}
  // @ts-expect-error a value that is no directive would be ignored
  @Step() value() {
    return this.count;
  }
  // @ts-expect-error nor is a promised one
  @Step() async promised() {
    return this.count > 1 ? goTo('value') : this.count;
  }
  // @ts-expect-error nor what a generator returns
  @Step() async *returned() {
    yield;
    return this.count;
  }
  // @ts-expect-error a generator yields nothing or a wait
  @Step() *yielded() {
    yield this.count;
  }
  // @ts-expect-error an execution is not completed in the middle of a step
  @Step() async *completed() {
    yield complete(this.count);
  }
  // @ts-expect-error nor is another step begun
  @Step() async *jumped() {
    yield goTo('value');
  }
  // @ts-expect-error no such method
  @Step() lost() {
    return goTo('vlaue');
  }
  // @ts-expect-error no such method, in one of two cases
  @Step() async lostLater() {
    return this.count > 1 ? goTo('value') : goTo('vlaue');
  }
  // @ts-expect-error no such method, after a safe point
  @Step() async *lostAtLast() {
    yield;
    return goTo('vlaue');
  }
  // @ts-expect-error no such method after the wait
  @Step() lostInAWait() {
    return this.count > 1 ? wait({ seconds: 1 }) : wait({ seconds: 1, goTo: 'vlaue' });
  }
  // @ts-expect-error no such method after the wait
  @Step() async *lostInAYield() {
    yield waitUntil(new Date(), { goTo: 'vlaue' });
  }
  // @ts-expect-error a field is no step
  @Step() field() {
    return goTo('count');
  }
  // @ts-expect-error no such method to undo it
  @Step({ compensate: 'undoo' }) done() {}
  // @ts-expect-error a field undoes nothing
  @Step({ compensate: 'count' }) doneToo() {}
  // @ts-expect-error what undoes is called with the context
  @Step({ compensate: 'undoPage' }) donePage() {}
  undoPage(_page: number, _more: string) {}
  // @ts-expect-error a hook is called with the context
  @OnStart() start(_input: Input, _more: string) {}
  // @ts-expect-error the predicate is called with the context
  @Terminate() isDone(_count: number) {
    return true;
  }
}

declare const undoneBy: <Name extends string>(name: Name) => StepDecorator<Name>;

export class Undone {
  @undoneBy('release') reserve() {}
  // @ts-expect-error no such method
  @undoneBy('relaese') reserveMore() {}
  release() {}
}

export const asTime: FieldCodec<Date> = {
  encode: (date) => date.getTime(),
  decode: (time: number) => new Date(time),
};
export const asText: FieldCodec<Date, string> = {
  encode: (date) => date.toISOString(),
  decode: (text) => new Date(text),
};
export const inTwoForms: FieldCodec<Date, string> = {
  // @ts-expect-error the two halves disagree
  encode: (date) => date.getTime(),
  decode: (text: string) => new Date(text),
};
