/* `tlswhy lab`: servers that fail in one chosen way each, and healthy look-alikes, on loopback. */
#ifndef TW_LAB_LAB_H
#define TW_LAB_LAB_H

/* argv[0] is the word "lab". Returns the exit status: 0, 2 (usage), 4 (no descriptors, no port). */
int lab_main(int argc, char **argv);

#endif
