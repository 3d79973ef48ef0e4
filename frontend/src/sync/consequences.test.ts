import { describe, expect, test } from 'vitest';
import type { Change } from '@/domain/change';
import { applyChange } from '@/store/applyChange';
import { NO_FACTS } from '@/store/facts';
import { aChange, aDetail, aMailbox, anEmail } from '@/testing/builders';
import { consequences } from './consequences';

const FACTS = applyChange(
  applyChange(NO_FACTS, { type: 'mailboxes_answered', mailboxes: [aMailbox({ total: 10 })] }),
  { type: 'email_answered', email: aDetail(1) },
);

const due = (...changes: Change[]) => consequences(FACTS, changes);
const counts = (total: number) =>
  aChange('mailbox_updated', 2, { mailbox_id: 'inbox', mailbox: aMailbox({ total }) });

describe('what changes make us ask again', () => {
  test('new mail with its counts asks for nothing but the rows whose number changed', () => {
    const received = aChange('email_received', 1, { email_id: 'e2', mailbox_id: 'inbox', email: anEmail(2) });
    expect(due(received, counts(11))).toEqual({
      rows: true,
      mailboxes: false,
      accounts: false,
      intents: false,
      emails: [],
    });
  });

  test('a flag without counts asks for the counts', () => {
    expect(due(aChange('email_read', 1, { email_id: 'e1' })).mailboxes).toBe(true);
    expect(due(aChange('email_read', 1, { email_id: 'e1' }), counts(10)).mailboxes).toBe(false);
    expect(due(aChange('email_starred', 1, { email_id: 'e1', is_starred: true })).mailboxes).toBe(false);
  });

  test('an updated email that is open is fetched again, others only as rows', () => {
    expect(due(aChange('email_updated', 1, { email_ids: ['e1', 'e9'] })).emails).toEqual(['e1']);
    expect(due(aChange('email_updated', 1, { email_ids: ['e9'] }))).toMatchObject({
      rows: false,
      emails: [],
    });
  });

  test('a reset asks for everything', () => {
    const reset = aChange('reset', 1, { reason: 'position_unknown', mailbox_id: null });
    expect(due(reset)).toEqual({ rows: true, mailboxes: true, accounts: true, intents: true, emails: [] });
  });

  test('progress of envelopes brings rows, progress of bodies does not', () => {
    const told = { mailbox_id: 'inbox', done: 1, total: 2, rate: 1, estimate_s: null };
    expect(due(aChange('sync_progress', 1, { ...told, phase: 'envelopes' })).rows).toBe(true);
    expect(due(aChange('sync_progress', 1, { ...told, phase: 'bodies' })).rows).toBe(false);
  });
});
