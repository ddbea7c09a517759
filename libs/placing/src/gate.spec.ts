import { gateClosed } from './gate';

describe('a closed gate', () => {
  it.each([
    [undefined, 'activeInspectionSubscribe is not set: this process subscribes to nothing'],
    ['false', "activeInspectionSubscribe is 'false': this process subscribes to nothing"],
    ['TRUE', "activeInspectionSubscribe is 'TRUE', not exactly 'true': this process subscribes to nothing"],
    ['1', "activeInspectionSubscribe is '1', not exactly 'true': this process subscribes to nothing"],
    ['true ', "activeInspectionSubscribe is 'true ', not exactly 'true': this process subscribes to nothing"],
  ])('says what %j means', (said, meaning) => {
    expect(gateClosed(said)).toBe(meaning);
  });
});
