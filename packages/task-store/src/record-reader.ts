import type { Part } from '@a2a-js/sdk';
import {
  corruptRecord,
  decodePart,
  TaskEvents,
  ItemList,
  type RecordField,
} from '@a2a-redis/core/task-store';

type Decoder<T> = (text: string, where: RecordField) => T;

/** Takes values out of a record and says which field is at fault. */
export class RecordReader {
  readonly #key: string;
  readonly #fields: readonly string[];
  /** All fields but those of parts: of these there may be thousands, and {@link parts} needs no map. */
  readonly #values = new Map<string, string>();

  /** @param fields Names and values in turn, as HGETALL gives them. */
  constructor(key: string, fields: readonly string[]) {
    this.#key = key;
    this.#fields = fields;
    for (let index = 0; index < fields.length; index += 2) {
      const name = fields[index] ?? '';
      if (!isPartField(name)) this.#values.set(name, fields[index + 1] ?? '');
    }
  }

  required(field: string): string {
    const value = this.#values.get(field);
    if (value === undefined) throw this.#missing(field);
    return value;
  }

  decode<T>(field: string, decode: Decoder<T>): T {
    return decode(this.required(field), { key: this.#key, field });
  }

  optional<T>(field: string, decode: Decoder<T>): T | undefined {
    return this.#values.has(field) ? this.decode(field, decode) : undefined;
  }

  count(field: string): number {
    const value = this.required(field);
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw corruptRecord({ key: this.#key, field }, 'not a count');
  }

  list<T>(countField: string, itemPrefix: string, decode: Decoder<T>): ItemList<T> {
    const items: T[] = [];
    for (let index = 0, count = this.count(countField); index < count; index += 1) {
      items.push(this.decode(`${itemPrefix}${index}`, decode));
    }
    return ItemList.of(items);
  }

  /** Which events with an id the task holds; `undefined` where there are none. */
  events(): TaskEvents | undefined {
    let events: TaskEvents | undefined;
    for (const [field, text] of this.#values) {
      if (!field.startsWith('e:')) continue;
      events = (events ?? TaskEvents.NONE).withStored(field.slice('e:'.length), text);
      if (events === undefined) {
        throw corruptRecord({ key: this.#key, field }, 'not the events of a publisher');
      }
    }
    return events;
  }

  /**
   * The parts of all artifacts, read in the order in which they came: that of memory.
   *
   * @param counts How many parts each artifact has.
   */
  parts(counts: readonly number[]): ItemList<Part>[] {
    // A count that is too high is corrupt, and no reason to take up memory: all together are no more than fields.
    let most = this.#fields.length / 2;
    const lists = counts.map((count) => {
      const length = Math.min(count, most);
      most -= length;
      return Array.from<Part | undefined>({ length });
    });
    for (let index = 0; index < this.#fields.length; index += 2) {
      const name = this.#fields[index] ?? '';
      if (!isPartField(name)) continue;
      const separator = name.indexOf(':', 2);
      const list = lists[numberIn(name, 2, separator)];
      const part = numberIn(name, separator + 1, name.length);
      if (list === undefined || part < 0 || part >= list.length) continue;
      list[part] = decodePart(this.#fields[index + 1] ?? '', { key: this.#key, field: name });
    }
    return lists.map((list, artifact) => {
      if (list.length === counts[artifact] && list.every((part) => part !== undefined)) {
        return ItemList.of(list);
      }
      const hole = list.indexOf(undefined);
      throw this.#missing(`p:${artifact}:${hole === -1 ? list.length : hole}`);
    });
  }

  #missing(field: string): Error {
    return corruptRecord({ key: this.#key, field }, 'missing');
  }
}

function isPartField(name: string): boolean {
  return name.startsWith('p:');
}

const [ZERO, NINE, MOST_DIGITS] = [48, 57, 9];

/** The number that a stretch of text is, written as a number is; -1 for anything else. */
function numberIn(text: string, from: number, to: number): number {
  const leadingZero = to > from + 1 && text.charCodeAt(from) === ZERO;
  if (to <= from || to > from + MOST_DIGITS || leadingZero) return -1;
  let value = 0;
  for (let index = from; index < to; index += 1) {
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE) return -1;
    value = value * 10 + code - ZERO;
  }
  return value;
}
