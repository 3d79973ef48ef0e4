import { describe, expect, test } from 'vitest';
import { DateText, roughDuration } from './dates';

const NOW = new Date(2026, 10, 22, 12, 0); // a Sunday
const iso = (...parts: [number, number, number, number?, number?]): string =>
  new Date(...parts).toISOString();

describe('a date in the list', () => {
  const dates = new DateText('en-GB');
  test.each([
    ['the time today', iso(2026, 10, 22, 9, 5), '09:05'],
    ['the first minute of today', iso(2026, 10, 22, 0, 0), '00:00'],
    ['the weekday yesterday, even if it is only hours ago', iso(2026, 10, 21, 23, 59), 'Sat'],
    ['the weekday within a week', iso(2026, 10, 16, 8, 0), 'Mon'],
    ['day and month a week ago', iso(2026, 10, 15, 8, 0), '15 Nov'],
    ['day and month this year', iso(2026, 9, 3, 8, 0), '3 Oct'],
    ['the year before', iso(2024, 2, 1, 8, 0), '2024'],
    ['the date of a message from tomorrow', iso(2026, 10, 23, 8, 0), '23 Nov'],
    ['nothing for a broken date', 'not a date', ''],
  ])('is %s', (_name, date, expected) => {
    expect(dates.row(date, NOW)).toBe(expected);
  });

  test('puts the day first in American English too, to stay short and alike', () => {
    expect(new DateText('en-US').row(iso(2026, 9, 3), NOW)).toBe('3 Oct');
  });

  test('follows other languages', () => {
    expect(new DateText('de').row(iso(2026, 9, 3), NOW)).toBe('3. Okt.');
  });
});

test('the reader’s header names today and yesterday', () => {
  const dates = new DateText('en-GB');
  expect(dates.header(iso(2026, 10, 22, 9, 5), NOW)).toBe('Today, 09:05');
  expect(dates.header(iso(2026, 10, 21, 9, 5), NOW)).toBe('Yesterday, 09:05');
  expect(dates.header(iso(2024, 2, 1, 9, 5), NOW)).toBe('1 Mar 2024, 09:05');
});

test.each([
  [3, 'a few seconds'],
  [32, 'about 30 seconds'],
  [70, 'about a minute'],
  [600, 'about 10 minutes'],
  [7_200, 'about 2 hours'],
])('%d seconds are %s', (seconds, words) => {
  expect(roughDuration(seconds)).toBe(words);
});
