#include "examples/freight/ClosedSets.h"

#include <stdexcept>

namespace loup::freight {

namespace {

constexpr Term portTerms[] = {
    {"AEJEA", "Jebel Ali;J. Ali"},
    {"ARBUE", "Buenos Aires;B. Aires"},
    {"AUFRE", "Fremantle"},
    {"AUMEL", "Melbourne"},
    {"AUSYD", "Sydney"},
    {"BDCGP", "Chittagong;Chattogram"},
    {"BEANR", "Antwerp;Antwerpen;Anvers"},
    {"BEZEE", "Zeebrugge"},
    {"BRPNG", "Paranagua"},
    {"BRSSZ", "Santos"},
    {"CAHAL", "Halifax"},
    {"CAMTR", "Montreal"},
    {"CAVAN", "Vancouver"},
    {"CLSAI", "San Antonio"},
    {"CLVAP", "Valparaiso"},
    {"CNDLC", "Dalian"},
    {"CNNGB", "Ningbo"},
    {"CNSHA", "Shanghai"},
    {"CNSHK", "Shekou"},
    {"CNTAO", "Qingdao;Tsingtao"},
    {"CNXMN", "Xiamen"},
    {"CNYTN", "Yantian"},
    {"COCTG", "Cartagena"},
    {"DEBRV", "Bremerhaven;B'haven"},
    {"DEHAM", "Hamburg"},
    {"DKAAR", "Aarhus"},
    {"ECGYE", "Guayaquil"},
    {"EGALY", "Alexandria"},
    {"EGPSD", "Port Said"},
    {"ESALG", "Algeciras"},
    {"ESBCN", "Barcelona"},
    {"ESVLC", "Valencia"},
    {"FIHEL", "Helsinki"},
    {"FRFOS", "Fos-sur-Mer;Fos"},
    {"FRLEH", "Le Havre"},
    {"GBFXT", "Felixstowe;F'stowe"},
    {"GBLGP", "London Gateway"},
    {"GBLIV", "Liverpool"},
    {"GBSOU", "Southampton;S'hampton"},
    {"GHTEM", "Tema"},
    {"GRPIR", "Piraeus"},
    {"HKHKG", "Hong Kong;Hongkong;HK"},
    {"IDJKT", "Jakarta"},
    {"INMUN", "Mundra"},
    {"INNSA", "Nhava Sheva;Jawaharlal Nehru;JNPT"},
    {"ITGOA", "Genoa;Genova"},
    {"ITSPE", "La Spezia"},
    {"ITTRS", "Trieste"},
    {"JPTYO", "Tokyo"},
    {"JPUKB", "Kobe"},
    {"JPYOK", "Yokohama"},
    {"KEMBA", "Mombasa"},
    {"KRPUS", "Busan;Pusan"},
    {"LKCMB", "Colombo"},
    {"MACAS", "Casablanca"},
    {"MAPTM", "Tanger Med;Tangier Med"},
    {"MXVER", "Veracruz"},
    {"MXZLO", "Manzanillo"},
    {"MYPKG", "Port Klang;Port Kelang"},
    {"MYTPP", "Tanjung Pelepas;Tg Pelepas"},
    {"NGAPP", "Apapa"},
    {"NLRTM", "Rotterdam;R'dam;ROT"},
    {"NZAKL", "Auckland"},
    {"PABLB", "Balboa"},
    {"PECLL", "Callao"},
    {"PHMNL", "Manila"},
    {"PKKHI", "Karachi"},
    {"PLGDN", "Gdansk"},
    {"PLGDY", "Gdynia"},
    {"PTSIE", "Sines"},
    {"SAJED", "Jeddah"},
    {"SEGOT", "Gothenburg;Goteborg"},
    {"SGSIN", "Singapore;S'pore"},
    {"THLCH", "Laem Chabang"},
    {"TRMER", "Mersin"},
    {"TWKHH", "Kaohsiung"},
    {"TZDAR", "Dar es Salaam"},
    {"USCHS", "Charleston"},
    {"USHOU", "Houston"},
    {"USLAX", "Los Angeles"},
    {"USLGB", "Long Beach;L. Beach"},
    {"USNYC", "New York;N. York"},
    {"USOAK", "Oakland"},
    {"USSAV", "Savannah"},
    {"USSEA", "Seattle"},
    {"VNHPH", "Haiphong"},
    {"VNSGN", "Ho Chi Minh City;HCMC;Saigon"},
    {"ZADUR", "Durban"},
};

constexpr auto dry = Cargo::Dry;
constexpr auto reefer = Cargo::Reefer;
constexpr auto liquid = Cargo::Liquid;
constexpr auto oversize = Cargo::Oversize;

constexpr Good goodTerms[] = {
    // Kept cold: no UN number, and a range of temperatures.
    {{"frozen shrimp", "frozen|frz|frzn|froz shrimp|shrimps"},
     reefer,
     "pallet carton",
     {},
     -25,
     -18},
    {{"frozen squid", "frozen|frz|frzn|froz squid"}, reefer, "pallet carton", {}, -25, -18},
    {{"frozen tuna", "frozen|frz|frzn|froz tuna"}, reefer, "pallet carton", {}, -30, -18},
    {{"frozen chicken", "frozen|frz|frzn|froz chicken|chkn"},
     reefer,
     "pallet carton",
     {},
     -25,
     -18},
    {{"frozen beef", "frozen|frz|frzn|froz beef"}, reefer, "pallet carton", {}, -25, -18},
    {{"frozen pork", "frozen|frz|frzn|froz pork"}, reefer, "pallet carton", {}, -25, -18},
    {{"french fries", "french|frozen|frz fries"}, reefer, "pallet carton", {}, -22, -18},
    {{"frozen berries", "frozen|frz|frzn|froz berries"}, reefer, "pallet carton", {}, -25, -18},
    {{"chilled salmon", "chilled|chld salmon"}, reefer, "box pallet", {}, -1, 2},
    {{"chilled lamb", "chilled|chld lamb"}, reefer, "carton pallet", {}, -1, 1},
    {{"cheese", "cheese;chse"}, reefer, "pallet carton", {}, 2, 6},
    {{"bananas", "bananas;bnnas;green bananas"}, reefer, "pallet box", {}, 13, 14},
    {{"grapes", "grapes;table grapes"}, reefer, "pallet box", {}, -1, 1},
    {{"apples", "apples;fresh apples"}, reefer, "pallet box", {}, 0, 2},
    {{"oranges", "oranges;fresh oranges"}, reefer, "pallet box", {}, 3, 6},
    {{"avocados", "avocados;avos"}, reefer, "pallet box", {}, 5, 7},
    {{"potatoes", "potatoes;seed potatoes"}, reefer, "pallet bag", {}, 4, 8},
    {{"cut flowers", "cut flowers|flwrs"}, reefer, "box carton", {}, 2, 4},
    {{"pharmaceuticals", "pharmaceuticals;pharma"}, reefer, "pallet carton", {}, 2, 8},

    {{"green coffee", "green coffee;coffee beans"}, dry, "bag"},
    {{"cocoa beans", "cocoa beans|bns"}, dry, "bag"},
    {{"rice", "rice"}, dry, "bag pallet"},
    {{"sugar", "sugar"}, dry, "bag"},
    {{"wheat flour", "wheat flour"}, dry, "bag pallet"},
    {{"milk powder", "milk powder|pwdr|pdr;SMP"}, dry, "bag pallet"},
    {{"canned tomatoes", "canned|cnd|tinned tomatoes"}, dry, "carton pallet"},
    {{"canned fish", "canned|cnd|tinned fish"}, dry, "carton pallet"},
    {{"olive oil", "olive oil"}, dry, "drum carton pallet"},
    {{"wine", "wine;bottled wine"}, dry, "case pallet"},
    {{"beer", "beer"}, dry, "case pallet"},
    {{"whisky", "whisky;scotch whisky"}, dry, "case pallet"},
    {{"raw cotton", "raw cotton;cotton lint"}, dry, "bale"},
    {{"garments", "garments;gmts;RMG"}, dry, "carton"},
    {{"textiles", "textiles;txtls;fabrics"}, dry, "bale roll carton"},
    {{"footwear", "footwear;ftwr;shoes"}, dry, "carton"},
    {{"furniture", "furniture;furn;KD furniture"}, dry, "carton crate pallet"},
    {{"ceramic tiles", "ceramic|cer tiles"}, dry, "pallet crate"},
    {{"marble slabs", "marble slabs"}, dry, "crate bundle"},
    {{"glassware", "glassware;glswr"}, dry, "carton crate"},
    {{"toys", "toys"}, dry, "carton"},
    {{"paper", "paper;printing paper"}, dry, "reel pallet"},
    {{"waste paper", "waste paper;wastepaper;OCC"}, dry, "bale"},
    {{"wood pulp", "wood pulp;woodpulp"}, dry, "bale"},
    {{"plywood", "plywood;plywd"}, dry, "bundle crate pallet"},
    {{"sawn timber", "sawn timber|tmbr"}, dry, "bundle"},
    {{"tyres", "tyres;tires"}, dry, "piece"},
    {{"natural rubber", "natural|nat rubber|rbr"}, dry, "bale pallet"},
    {{"polyethylene granules", "polyethylene|PE granules|grnls"}, dry, "bag pallet"},
    {{"PVC resin", "PVC resin"}, dry, "bag pallet"},
    {{"steel coils", "steel|stl coils"}, dry, "coil"},
    {{"steel pipes", "steel|stl pipes"}, dry, "bundle"},
    {{"aluminium ingots", "aluminium|aluminum|alu ingots"}, dry, "bundle"},
    {{"copper cathodes", "copper|cu cathodes"}, dry, "bundle"},
    {{"scrap metal", "scrap metal;metal scrap"}, dry, "bag bundle"},
    {{"machine parts", "machine|machinery|mach parts|pts|prts"}, dry, "crate case pallet"},
    {{"auto parts", "auto|automotive parts|pts|prts"}, dry, "crate case pallet"},
    {{"bicycles", "bicycles;bikes"}, dry, "carton"},
    {{"washing machines", "washing machines|mach"}, dry, "carton piece"},
    {{"electronics", "electronics;electr goods"}, dry, "carton pallet"},
    {{"solar panels", "solar panels|pnls;PV panels|modules"}, dry, "pallet crate"},
    {{"LED lamps", "LED lamps|lights"}, dry, "carton"},
    {{"household goods", "household|hhld goods;HHG;hhgs"}, dry, "piece case"},
    {{"cement", "cement"}, dry, "bag"},
    {{"urea", "urea;urea fertiliser|fertilizer|fert"}, dry, "bag"},
    {{"animal feed", "animal feed;feedstuff"}, dry, "bag"},
    {{"soybeans", "soybeans;soya beans"}, dry, "bag"},
    {{"cosmetics", "cosmetics;cosm"}, dry, "carton"},
    {{"detergents", "detergents;detrgts"}, dry, "carton drum"},

    {{"used cars", "used cars|autos"}, oversize, "unit"},
    {{"tractors", "tractors"}, oversize, "unit"},
    {{"excavators", "excavators;diggers"}, oversize, "unit"},
    {{"generators", "generators;gensets"}, oversize, "unit case"},

    // Dangerous: UN numbers of the Model Regulations.
    {{"paint", "paint;paints"}, dry, "drum pallet", "1263"},
    {{"adhesives", "adhesives;adhsvs"}, dry, "drum carton", "1133"},
    {{"lithium ion batteries", "lithium|lith|li ion batteries|batts"},
     dry,
     "carton pallet",
     "3480"},
    {{"car batteries", "car batteries|batts;lead acid batteries|batts"}, dry, "pallet", "2794"},
    {{"fireworks", "fireworks;frwrks"}, dry, "carton", "0336"},
    {{"aerosols", "aerosols;aerosol cans"}, dry, "carton", "1950"},
    {{"perfume", "perfume;perfumery"}, dry, "carton", "1266"},
    {{"calcium hypochlorite", "calcium|calc|cal hypochlorite"}, dry, "drum", "1748"},
    {{"caustic soda", "caustic soda;caustic flakes"}, dry, "bag drum", "1823"},
    {{"charcoal", "charcoal"}, dry, "bag", "1361"},
    {{"fish meal", "fish meal;fishmeal"}, dry, "bag", "2216"},
    {{"printing ink", "printing|prtg ink|inks"}, dry, "drum", "1210"},
    {{"acetone", "acetone"}, liquid, "drum IBC", "1090"},
    {{"ethanol", "ethanol;ethyl alcohol"}, liquid, "drum IBC", "1170"},
    {{"methanol", "methanol;methyl alcohol"}, liquid, "drum IBC", "1230"},
    {{"toluene", "toluene;toluol"}, liquid, "drum IBC", "1294"},
    {{"sulphuric acid", "sulphuric|sulfuric|sulph acid"}, liquid, "drum IBC", "1830"},
    {{"phosphoric acid", "phosphoric|phos acid"}, liquid, "drum IBC", "1805"},
    {{"acetic acid", "acetic acid"}, liquid, "drum IBC", "2789"},
    {{"hydrogen peroxide", "hydrogen|hydr peroxide"}, liquid, "drum IBC", "2014"},
};

constexpr Term packageTerms[] = {
    {"bag", "bag;bg"},        {"bale", "bale;bl"},          {"box", "box;bx"},
    {"bundle", "bundle;bdl"}, {"carton", "carton;ctn"},     {"case", "case;cse"},
    {"coil", "coil"},         {"crate", "crate;crt"},       {"drum", "drum;drm"},
    {"IBC", "IBC"},           {"pallet", "pallet;plt;pal"}, {"piece", "piece;pc"},
    {"reel", "reel"},         {"roll", "roll;rl"},          {"unit", "unit"},
};

// KGM, TNE and LBR are the codes of UN/ECE Recommendation 20.
constexpr Term weightUnitTerms[] = {
    {"kg", "kg;kgs;kilos;KGM"},
    {"t", "t;mt;tonnes;TNE"},
    {"lb", "lb;lbs;pounds;LBR"},
};

constexpr Term temperatureUnitTerms[] = {
    {"C", "C;deg C;Celsius"},
    {"F", "F;deg F;Fahrenheit"},
};

constexpr Term containerTypeTerms[] = {
    {"22G1", "22G1;20GP;20DC;20DV;20'|20ft GP|DC|std|dry"},
    {"42G1", "42G1;40GP;40DC;40DV;40'|40ft GP|DC|std|dry"},
    {"45G1", "45G1;40HC;40HQ;40'|40ft HC|HQ|hicube;40'|40ft high cube"},
    {"L5G1", "L5G1;45HC;45HQ;45'|45ft HC|HQ|hicube;45'|45ft high cube"},
    {"22R1", "22R1;20RF;20RE;20'|20ft RF|reefer"},
    {"42R1", "42R1;40RF;40RE;40'|40ft RF|reefer"},
    {"45R1", "45R1;40RH;40RQ;40'|40ft RH|RQ;40'|40ft HC reefer"},
    {"22U1", "22U1;20OT;20'|20ft OT;20'|20ft open top"},
    {"42U1", "42U1;40OT;40'|40ft OT;40'|40ft open top"},
    {"22P1", "22P1;20FR;20'|20ft FR;20'|20ft flat rack"},
    {"42P1", "42P1;40FR;40'|40ft FR;40'|40ft flat rack"},
    {"22T6", "22T6;20TK;20'|20ft TK|tank;20'|20ft ISO tank"},
};

constexpr std::string_view dryContainers[] = {"22G1", "42G1", "45G1", "L5G1"};
constexpr std::string_view reeferContainers[] = {"22R1", "42R1", "45R1"};
constexpr std::string_view liquidContainers[] = {"22T6", "22G1"};
constexpr std::string_view oversizeContainers[] = {"22U1", "42U1", "22P1", "42P1", "45G1"};

void expandWords(std::string_view phrase, std::string prefix, std::vector<std::string> &result) {
  size_t space = phrase.find(' ');
  for (std::string_view word : split(phrase.substr(0, space), '|')) {
    std::string longer = prefix + std::string(word);
    if (space == phrase.npos)
      result.push_back(longer);
    else
      expandWords(phrase.substr(space + 1), longer + " ", result);
  }
}

} // namespace

std::span<const Term> ports() { return portTerms; }
std::span<const Good> goods() { return goodTerms; }
std::span<const Term> packages() { return packageTerms; }
std::span<const Term> weightUnits() { return weightUnitTerms; }
std::span<const Term> temperatureUnits() { return temperatureUnitTerms; }
std::span<const Term> containerTypes() { return containerTypeTerms; }

std::span<const std::string_view> containersFor(Cargo cargo) {
  switch (cargo) {
  case Cargo::Reefer:
    return reeferContainers;
  case Cargo::Liquid:
    return liquidContainers;
  case Cargo::Oversize:
    return oversizeContainers;
  case Cargo::Dry:
    break;
  }
  return dryContainers;
}

const Term &find(std::span<const Term> terms, std::string_view value) {
  for (const Term &term : terms)
    if (term.value == value)
      return term;
  throw std::out_of_range("no such term: " + std::string(value));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t end; (end = text.find(separator)) != text.npos; text.remove_prefix(end + 1))
    parts.push_back(text.substr(0, end));
  parts.push_back(text);
  return parts;
}

std::vector<std::string> expand(std::string_view forms) {
  std::vector<std::string> result;
  for (std::string_view phrase : split(forms, ';'))
    expandWords(phrase, "", result);
  return result;
}

std::string plural(std::string_view word) {
  return std::string(word) + (word.ends_with("ox") ? "es" : "s");
}

} // namespace loup::freight
