/** Dates as a reader of mail wants them: short in the list, exact in a tooltip. */

const DAY_MS = 86_400_000;

const startOfDay = (date: Date): number =>
  new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** Formats for one locale and time zone; building `Intl` objects is slow, so keep one of these. */
export class DateText {
  readonly #time: Intl.DateTimeFormat;
  readonly #weekday: Intl.DateTimeFormat;
  readonly #dayMonth: Intl.DateTimeFormat;
  readonly #full: Intl.DateTimeFormat;
  readonly #relative: Intl.RelativeTimeFormat;

  constructor(locale?: string) {
    this.#time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    this.#weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
    this.#dayMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
    this.#full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' });
    this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  }

  /** "10:42" today, "Tue" within a week, "3 Oct" this year, "2024" before; a future day by its date. */
  row(iso: string, now: Date): string {
    const date = new Date(iso);
    if (Number.isNaN(date.getTime())) return '';
    const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS);
    if (days === 0) return this.#time.format(date);
    if (days > 0 && days < 7) return this.#weekday.format(date);
    if (date.getFullYear() === now.getFullYear()) return this.dayMonth(date);
    return String(date.getFullYear());
  }

  /** "3 Oct", in this order whatever the locale's own order is when it is English. */
  private dayMonth(date: Date): string {
    const parts = this.#dayMonth.formatToParts(date);
    const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
    const locale = this.#dayMonth.resolvedOptions().locale;
    return locale.startsWith('en') ? `${part('day')} ${part('month')}` : this.#dayMonth.format(date);
  }

  /** "Today 10:42", "Tue 10:42", "3 Oct 2024, 10:42": for the reader's header. */
  header(iso: string, now: Date): string {
    const date = new Date(iso);
    if (Number.isNaN(date.getTime())) return '';
    const time = this.#time.format(date);
    const days = Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS);
    if (days === 0 || days === 1) {
      const word = this.#relative.format(-days, 'day');
      return `${word.charAt(0).toLocaleUpperCase()}${word.slice(1)}, ${time}`;
    }
    if (days > 1 && days < 7) return `${this.#weekday.format(date)}, ${time}`;
    return `${this.dayMonth(date)} ${date.getFullYear()}, ${time}`;
  }

  /** The whole moment with its time zone, for tooltips. */
  full(iso: string): string {
    const date = new Date(iso);
    return Number.isNaN(date.getTime()) ? '' : this.#full.format(date);
  }

  /** "10:42", for "offline since". */
  time(date: Date): string {
    return this.#time.format(date);
  }
}

/** "less than a minute", "about 3 minutes": an estimate is never exact. */
export function roughDuration(seconds: number): string {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 60) return `about ${Math.round(seconds / 10) * 10} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes === 1 ? 'about a minute' : `about ${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours === 1 ? 'about an hour' : `about ${hours} hours`;
}
