import { IsInt, IsString, Min, ValidateBy, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { InvalidInputError } from '../../../../../src/errors';
import { validateInput } from '../../../../../src/runtime/adapters/node/input-validator';

class Order {
  @IsInt()
  @Min(1)
  amount!: number;

  @IsString() currency = 'EUR';
}

const validate = (input: unknown, raw: unknown) => validateInput({ name: 'Reconcile', input }, raw);

async function faultsOf(input: unknown, raw: unknown): Promise<readonly string[]> {
  const error = await validate(input, raw).catch((caught: unknown) => caught);
  if (!(error instanceof InvalidInputError)) throw new Error('no InvalidInputError', { cause: error });
  expect(error.details.job).toBe('Reconcile');
  return error.details.faults;
}

/** A Standard Schema that answers the same to everything. */
function answer(result: unknown) {
  return { '~standard': { version: 1, vendor: 'test', validate: () => result } };
}

describe('validateInput', () => {
  it('validateInput takes any input as it is when the job asks for nothing', async () => {
    const raw = Symbol('anything');
    expect(await validate(undefined, raw)).toBe(raw);
  });
});

describe('validateInput with a class', () => {
  it('validateInput with a class gives a plain object with defaults filled in and other properties kept', async () => {
    const input = await validate(Order, { amount: 3, note: 'hello' });
    expect(input).toEqual({ amount: 3, currency: 'EUR', note: 'hello' });
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
  });

  it('validateInput with a class names properties and the rules that they break, and never a value', async () => {
    const error = (await validate(Order, { amount: 0.5, currency: 4711 }).catch(
      (caught: unknown) => caught,
    )) as InvalidInputError;
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toBe(
      'The input is not what job Reconcile asks for: amount breaks min, isInt; currency breaks isString.\n→ Send an event that fits the input option of @LongRunning.',
    );
    expect(error.details).toEqual({
      job: 'Reconcile',
      faults: ['amount breaks min, isInt', 'currency breaks isString'],
    });
    expect(JSON.stringify(error)).not.toMatch(/4711|0\.5/);
  });

  it.each([[null], [undefined], ['text'], [5], [true], [[{ amount: 1 }]]])(
    'validateInput with a class refuses %j, which is no object',
    async (raw) => {
      expect(await faultsOf(Order, raw)).toEqual(['the input is no object']);
    },
  );

  it.each(['__proto__', 'constructor'])(
    'validateInput with a class refuses the property %s and touches no prototype',
    async (key) => {
      const raw = JSON.parse(`{ "amount": 1, "${key}": { "amount": 1, "polluted": true } }`);
      expect(await faultsOf(Order, raw)).toEqual([`${key} is no possible property`]);
      expect({}).not.toHaveProperty('polluted');
      expect(new Order()).not.toHaveProperty('polluted');
    },
  );

  it('validateInput with a class names the path of what is wrong in an instance, and refuses nested plain objects, which have no rules', async () => {
    class Customer {
      @ValidateNested() order: unknown = Object.assign(new Order(), { amount: 0 });
      @ValidateNested() address: unknown = undefined;
    }
    expect(await faultsOf(Customer, {})).toContain('order.amount breaks min');
    const error = (await validate(Customer, { order: { amount: 1 } }).catch(
      (caught: unknown) => caught,
    )) as InvalidInputError;
    expect(error.message).toBe(
      'The input is not what job Reconcile asks for: order breaks unknownValue.\n→ Use a Standard Schema for nested objects: class-validator checks objects that have a class only.',
    );
  });

  it('validateInput with a class waits for asynchronous rules', async () => {
    const isKnown = ValidateBy({
      name: 'isKnown',
      async: true,
      validator: { validate: async (value) => value === 'ACME' },
    });
    class Customer {
      @isKnown name = '';
    }
    expect(await validate(Customer, { name: 'ACME' })).toEqual({ name: 'ACME' });
    expect(await faultsOf(Customer, { name: 'acme' })).toEqual(['name breaks isKnown']);
  });

  it('validateInput with a class says so when the class itself or one of its rules throws, with the cause', async () => {
    const cause = new Error('the registry is away');
    const failing = ValidateBy({ name: 'failing', validator: { validate: () => Promise.reject(cause) } });
    class Customer {
      @failing name = '';
    }
    await expect(validate(Customer, {})).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      cause,
      details: { faults: ['the check itself failed'] },
    });
  });

  it('validateInput with a class lists the first twenty faults of many', async () => {
    class Many {}
    for (let index = 0; index < 25; index++) IsInt()(Many.prototype, `number${index}`);
    const faults = await faultsOf(Many, {});
    expect(faults).toHaveLength(21);
    expect(faults.at(-1)).toBe('5 more');
  });

  it('validateInput with a class gives the input or a typed error for anything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything({ withNullPrototype: true, withBigInt: true }), async (raw) => {
        const outcome = await validate(Order, raw).catch((caught: unknown) => caught);
        expect(outcome instanceof InvalidInputError || typeof (outcome as Order).amount === 'number').toBe(
          true,
        );
      }),
    );
  });
});

describe('validateInput with a Standard Schema', () => {
  it.each([
    ['at once', answer({ value: { amount: 1 } })],
    ['later', answer(Promise.resolve({ value: { amount: 1 } }))],
    ['as a function', Object.assign(() => {}, answer({ value: { amount: 1 } }))],
  ])('validateInput with a Standard Schema gives its output, which may come %s', async (_title, schema) => {
    expect(await validate(schema, { amount: '1' })).toEqual({ amount: 1 });
  });

  it('validateInput with a Standard Schema names paths and codes, and never a message, which may quote the value', async () => {
    const issues = [
      { message: 'expected number, got 4711', path: ['rows', 2, { key: 'amount' }], code: 'invalid_type' },
      { message: 'no: 4711' },
      { message: 'no: 4711', path: [Symbol('id')] },
    ];
    expect(await faultsOf(answer({ issues }), {})).toEqual([
      'rows.2.amount breaks invalid_type',
      'the input is wrong',
      'Symbol(id) is wrong',
    ]);
  });

  it('validateInput with a Standard Schema takes input of any kind', async () => {
    expect(await validate(answer({ value: null }), 'text')).toBeNull();
  });

  it('validateInput with a Standard Schema says so when it throws, with the cause', async () => {
    const cause = new Error('no');
    const schema = answer(undefined);
    schema['~standard'].validate = () => {
      throw cause;
    };
    await expect(validate(schema, {})).rejects.toMatchObject({ code: 'INVALID_INPUT', cause });
  });
});
