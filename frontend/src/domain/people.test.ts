import { describe, expect, test } from 'vitest';
import { fieldFor, fieldOf } from './accountFields';
import { displayName, hue, initials, recipientLine, shortName } from './address';
import { misleadingHost, registrableDomain } from './linkVerdict';
import { guessImap, standardPort } from './providers';
import { sizeText } from './sizes';

const who = (name: string, address = 'ada@example.org') => ({ name, address });

describe('people', () => {
  test.each([
    ['Ada Lovelace', 'AL'],
    ['Augusta Ada King', 'AK'],
    ['山田 太郎', '山太'],
    ['Zoë Ångström', 'ZÅ'],
    ['"Support"', 'S'],
    ['', 'A'],
  ])('the initials of %s are %s', (name, expected) => {
    expect(initials(who(name))).toBe(expected);
  });

  test('a sender without name shows the address, none at all a word', () => {
    expect(displayName(who(''))).toBe('ada@example.org');
    expect(displayName(null)).toBe('Unknown sender');
    expect(shortName(who('Lovelace, Ada'))).toBe('Lovelace, Ada');
  });

  test('one address has one hue, whatever its case', () => {
    expect(hue(who('Ada', 'ADA@example.org'))).toBe(hue(who('', 'ada@example.org')));
  });

  test('own addresses are "me", and many recipients are counted', () => {
    const own = new Set(['me@example.org']);
    expect(recipientLine([who('', 'Me@example.org'), who('Linus T')], own)).toBe('me, Linus');
    expect(
      recipientLine(
        Array.from({ length: 5 }, () => who('A')),
        own,
      ),
    ).toBe('A, A, A and 2 more');
    expect(recipientLine([], own)).toBe('undisclosed recipients');
  });
});

describe('links that say another place', () => {
  test.each([
    ['www.mybank.example', 'https://evil.example.net/login', 'www.mybank.example'],
    ['https://mybank.example/login', 'https://mybank.example.evil.net/', 'mybank.example'],
    ['mybank.co.uk', 'https://other.co.uk', 'mybank.co.uk'],
    ['mybank.example', 'https://click.mybank.example/x', null],
    ['www.mybank.example', 'https://mybank.example', null],
    ['Click here', 'https://evil.example', null],
    ['Version 2.0 is out', 'https://a.example', null],
    ['mybank.example', 'mailto:a@b.example', null],
  ])('%s -> %s', (text, href, expected) => {
    expect(misleadingHost(text, href)).toBe(expected);
  });

  test('owners under shared second levels are told apart', () => {
    expect(registrableDomain('www.a.co.uk')).toBe('a.co.uk');
    expect(registrableDomain('mail.a.example')).toBe('a.example');
  });
});

describe('the connection form', () => {
  test('guesses wait for a whole domain', () => {
    expect(guessImap('ada@gma')).toBeNull();
    expect(guessImap('ada@gmail.com')?.host).toBe('imap.gmail.com');
    expect(guessImap('ada@gmail.com')?.hint).toMatch(/app password/);
    expect(guessImap(' ada@Example.ORG ')).toEqual({
      host: 'imap.example.org',
      port: 993,
      security: 'tls',
      hint: null,
    });
    expect(standardPort('starttls')).toBe(143);
  });

  test('a failure of the connection test is shown beside the field it is about', () => {
    expect(fieldFor('authentication_failed')).toBe('password');
    expect(fieldFor('server_said_bye')).toBeNull();
    expect(fieldFor('something new')).toBeNull();
    expect(fieldOf('body.imap.host')).toBe('host');
  });
});

test.each([
  [0, '0 bytes'],
  [812, '812 bytes'],
  [12_300, '12 kB'],
  [1_240_000, '1.2 MB'],
  [25_000_000, '25 MB'],
])('%d bytes are %s', (bytes, expected) => {
  expect(sizeText(bytes)).toBe(expected);
});
