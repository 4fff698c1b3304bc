"""What every service needs and none owns. Small on purpose: each module is read in one sitting."""
