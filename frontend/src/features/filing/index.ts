export { useFiling } from './useFiling';
