export { SignedOutPage, WelcomePage } from './WelcomePage';
