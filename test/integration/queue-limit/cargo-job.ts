import {
  complete,
  createHandler,
  LongRunning,
  State,
  Step,
  type StepContext,
  Terminate,
  wait,
} from 'lambda-baton';

/** Carries its input through a wait, in its state as well, and answers with it. */
@LongRunning({ safeMs: 400, intervalMs: 50 })
class CarryCargo {
  @State() cargo = '';

  @Step()
  load(ctx: StepContext<{ cargo: string }>) {
    this.cargo = ctx.input.cargo;
    return wait({ seconds: 3 });
  }

  @Step()
  unload(ctx: StepContext<{ cargo: string }>) {
    if (this.cargo !== ctx.input.cargo) throw new Error('State and input do not agree.');
    return complete(this.cargo);
  }

  @Terminate()
  isDone() {
    return false;
  }
}

export const handler = createHandler(CarryCargo);
