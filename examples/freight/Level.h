// How much a manifest holds, from a note of one line to a full bill of lading.
#pragma once

namespace loup::freight {

/// Chances are in percent.
struct Level {
  int bill, shipper, date;
  int container;       // chance of any container
  int containerNumber; // chance that a container has its number, not only a count or a type
  int mostContainers, mostGoods;
  bool longNumbers; // weights of up to five digits, counts of up to four
  int typing;       // chance of a typing error in a word of a closed set
  int phrases;      // chance of a polite phrase around the facts
};

/// Levels 1 to 3.
inline constexpr Level levels[] = {
    {.bill = 0,
     .shipper = 0,
     .date = 0,
     .container = 55,
     .containerNumber = 0,
     .mostContainers = 1,
     .mostGoods = 1,
     .longNumbers = false,
     .typing = 6,
     .phrases = 10},
    {.bill = 35,
     .shipper = 40,
     .date = 30,
     .container = 70,
     .containerNumber = 60,
     .mostContainers = 1,
     .mostGoods = 2,
     .longNumbers = true,
     .typing = 8,
     .phrases = 15},
    {.bill = 75,
     .shipper = 80,
     .date = 60,
     .container = 95,
     .containerNumber = 90,
     .mostContainers = 4,
     .mostGoods = 3,
     .longNumbers = true,
     .typing = 10,
     .phrases = 20},
};

} // namespace loup::freight
