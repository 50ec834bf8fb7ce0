/** Up to this many fields, of so many bytes each, HSCAN gives all at once. */
const LISTPACK_ENTRIES = 128;
const LISTPACK_VALUE = 64;

/** Fields in the order in which they came. */
export class Hash {
  readonly type = 'hash';
  readonly #fields = new Map<string, string>();
  #isLarge = false;

  get size(): number {
    return this.#fields.size;
  }

  /** Whether Redis keeps it as a hash table, which it does from then on until the key is deleted. */
  get isLarge(): boolean {
    return this.#isLarge;
  }

  get fields(): ReadonlyMap<string, string> {
    return this.#fields;
  }

  get(field: string): string | undefined {
    return this.#fields.get(field);
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  /** @returns Whether the field is new. */
  set(field: string, value: string): boolean {
    const before = this.#fields.size;
    this.#fields.set(field, value);
    const isNew = this.#fields.size > before;
    if (
      field.length > LISTPACK_VALUE ||
      value.length > LISTPACK_VALUE ||
      this.#fields.size > LISTPACK_ENTRIES
    ) {
      this.#isLarge = true;
    }
    return isNew;
  }

  delete(field: string): boolean {
    return this.#fields.delete(field);
  }
}

/** A plain string. */
export class StringValue {
  readonly type = 'string';
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
