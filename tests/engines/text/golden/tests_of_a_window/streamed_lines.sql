list '/Volumes/caspersdev/simulator/events';
