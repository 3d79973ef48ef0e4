export { MailboxRail } from './MailboxRail';
