import type { CommandSender } from '../../../src/runtime/adapters/aws/lazy-client';

/** A client that counts its calls and fails some of them, before or after their effect. */
export class FailingClient implements CommandSender {
  /** The names of the commands that were sent, in order. */
  readonly sent: string[] = [];
  /** The inputs of these commands. */
  readonly inputs: Record<string, unknown>[] = [];
  /** Called with the number of the call, from 1, and its command: what it throws is what the caller sees. */
  before: (call: number, command: string) => unknown = () => {};
  /** The same after the effect. */
  after: (call: number, command: string) => unknown = () => {};
  readonly #client: CommandSender;

  constructor(client: CommandSender) {
    this.#client = client;
  }

  // biome-ignore lint/suspicious/noExplicitAny: as the port has it
  async send(command: any, options?: { readonly abortSignal?: AbortSignal }): Promise<any> {
    const name = command.constructor.name.replace('Command', '');
    const call = this.sent.push(name);
    this.inputs.push(command.input);
    await this.before(call, name);
    const answer = await this.#client.send(command, options);
    await this.after(call, name);
    return answer;
  }

  /** A client whose process dies at its call with this number. */
  static dying(client: CommandSender, number: number, when: 'after' | 'before'): FailingClient {
    const dying = new FailingClient(client);
    dying.before = (call) => {
      if (call > number || (when === 'before' && call === number)) throw new Error('the process is dead');
    };
    dying.after = (call) => {
      if (call === number) throw new Error('the process is dead');
    };
    return dying;
  }
}
