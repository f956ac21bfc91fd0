"""The judgement of tracking: what scans mean, what they add up to, when a parcel arrives, who is told what. Pure."""
