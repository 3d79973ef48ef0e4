const UNITS = ['bytes', 'kB', 'MB', 'GB'] as const;

/** "812 bytes", "12 kB", "1.2 MB": decimal units as file managers show them. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 1 && value < 10 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

const COUNT = new Intl.NumberFormat('en');

/** "1,204" */
export function countText(count: number): string {
  return COUNT.format(count);
}

/** "1 message", "2 messages" */
export function plural(count: number, one: string, many: string): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
