/*
 * payload.h
 *	  How much a payload says, as anomaly rules measure it.
 */
#ifndef ASB_PAYLOAD_H
#define ASB_PAYLOAD_H

/*
 * The bits that an ideal code for the text's own bytes would need: keys, hashes
 * and encoded files stand out among sentences of the same length.  An
 * estimate; what can leave at most is capacity.h's to say.
 */
extern double asb_bits_of_payload(const char *text, int length);

#endif							/* ASB_PAYLOAD_H */
