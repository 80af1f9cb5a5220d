"""The words that made-up data is made of. No network, no other package, and nobody's real data:

- phone numbers are from the ranges that the authorities keep free for films: 555-01xx in North America, Ofcom's in the
  United Kingdom, ComReg's in Ireland, the Bundesnetzagentur's in Germany, ARCEP's in France, PTS's in Sweden, ACMA's in
  Australia;
- IP addresses are from the blocks for documentation (RFC 5737);
- mail goes to example.com, example.net and example.org, websites are under `.example` or at example.com (RFC 2606).
"""

from __future__ import annotations

from typing import NamedTuple

NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
MAIL_DOMAINS = ("example.com", "example.net", "example.org")


class Place(NamedTuple):
    """A city, with what goes with it. `phone`: each `#` stands for a digit."""

    city: str
    region: str
    country: str
    postal_code: str
    latitude: float
    longitude: float
    timezone: str
    locale: str
    currency: str
    phone: str


_US, _CA, _UK = "United States", "Canada", "United Kingdom"

PLACES = (
    Place("New York", "NY", _US, "10001", 40.7128, -74.006,
          "America/New_York", "en-US", "USD", "+1 212-555-01##"),
    Place("Chicago", "IL", _US, "60601", 41.8781, -87.6298,
          "America/Chicago", "en-US", "USD", "+1 312-555-01##"),
    Place("San Francisco", "CA", _US, "94103", 37.7749, -122.4194,
          "America/Los_Angeles", "en-US", "USD", "+1 415-555-01##"),
    Place("Denver", "CO", _US, "80202", 39.7392, -104.9903,
          "America/Denver", "en-US", "USD", "+1 303-555-01##"),
    Place("Toronto", "ON", _CA, "M5V 2T6", 43.6532, -79.3832,
          "America/Toronto", "en-CA", "CAD", "+1 416-555-01##"),
    Place("Montréal", "QC", _CA, "H2Y 1C6", 45.5019, -73.5674,
          "America/Toronto", "fr-CA", "CAD", "+1 514-555-01##"),
    Place("London", "England", _UK, "EC1A 1BB", 51.5074, -0.1278,
          "Europe/London", "en-GB", "GBP", "+44 20 7946 0###"),
    Place("Manchester", "England", _UK, "M1 1AE", 53.4808, -2.2426,
          "Europe/London", "en-GB", "GBP", "+44 161 496 0###"),
    Place("Edinburgh", "Scotland", _UK, "EH1 1YZ", 55.9533, -3.1883,
          "Europe/London", "en-GB", "GBP", "+44 131 496 0###"),
    Place("Dublin", "Leinster", "Ireland", "D02", 53.3498, -6.2603,
          "Europe/Dublin", "en-IE", "EUR", "+353 20 91# ####"),
    Place("Berlin", "Berlin", "Germany", "10115", 52.52, 13.405,
          "Europe/Berlin", "de-DE", "EUR", "+49 30 23125 ###"),
    Place("München", "Bayern", "Germany", "80331", 48.1351, 11.582,
          "Europe/Berlin", "de-DE", "EUR", "+49 89 99998 ###"),
    Place("Paris", "Île-de-France", "France", "75001", 48.8566, 2.3522,
          "Europe/Paris", "fr-FR", "EUR", "+33 1 99 00 ## ##"),
    Place("Lyon", "Auvergne-Rhône-Alpes", "France", "69001", 45.764, 4.8357,
          "Europe/Paris", "fr-FR", "EUR", "+33 6 39 98 ## ##"),
    Place("Stockholm", "Stockholms län", "Sweden", "111 20", 59.3293, 18.0686,
          "Europe/Stockholm", "sv-SE", "SEK", "+46 8 465 004 ##"),
    Place("Sydney", "NSW", "Australia", "2000", -33.8688, 151.2093,
          "Australia/Sydney", "en-AU", "AUD", "+61 2 5550 ####"),
    Place("Melbourne", "VIC", "Australia", "3000", -37.8136, 144.9631,
          "Australia/Melbourne", "en-AU", "AUD", "+61 3 5550 ####"),
)  # fmt: skip

FIRST_NAMES = {
    "en": ("Ada", "Amir", "Beth", "Caleb", "Dana", "Elena", "Finn", "Grace", "Hana", "Ivy", "Jonas", "Kofi", "Maya",
           "Noor", "Owen", "Priya", "Ruth", "Sam", "Tessa", "Wei"),
    "de": ("Anke", "Björn", "Emre", "Greta", "Jürgen", "Käthe", "Lukas", "Mila", "Sönke", "Ursula"),
    "fr": ("Amélie", "Baptiste", "Chloé", "Élodie", "François", "Inès", "Jérôme", "Léa", "Noël", "Zoé"),
    "sv": ("Åsa", "Björn", "Elin", "Göran", "Ingrid", "Lova", "Märta", "Nils", "Sören", "Tove"),
}  # fmt: skip

LAST_NAMES = {
    "en": ("Abbott", "Bennett", "Chandra", "Doyle", "Ellis", "Fraser", "Grant", "Hughes", "Iqbal", "Jennings", "Kaur",
           "Lowe", "Mensah", "Nolan", "O'Hara", "Park", "Quinn", "Reyes", "Shaw", "Tran"),
    "de": ("Albrecht", "Brandt", "Çelik", "Dörr", "Fuchs", "Groß", "Köhler", "Lindner", "Müller", "Vogel"),
    "fr": ("Aubert", "Benoît", "Chevalier", "Dupré", "Fournier", "Girard", "Lefèvre", "Moreau", "Noël", "Rousseau"),
    "sv": ("Åkesson", "Berg", "Dahl", "Ek", "Hedlund", "Lindqvist", "Nyström", "Öberg", "Sjögren", "Wallin"),
}  # fmt: skip

STREETS = {
    "en": ("{} Maple Street", "{} Station Road", "{} Mill Lane", "{} Church Street", "{} Harbour View"),
    "de": ("Bahnhofstraße {}", "Lindenweg {}", "Hauptstraße {}", "Am Mühlbach {}"),
    "fr": ("{} rue de la Gare", "{} avenue des Tilleuls", "{} quai du Port", "{} rue de l'Église"),
    "sv": ("Storgatan {}", "Björkvägen {}", "Stationsgatan {}", "Ängsvägen {}"),
}

TITLES = ("Account Manager", "Buyer", "Data Analyst", "Designer", "Engineer", "Head of Growth", "Office Manager",
          "Product Manager", "Support Lead", "Teacher")  # fmt: skip

COMPANIES = ("Alder & Finch", "Brightwater", "Copperline", "Driftstone", "Evenfall Media", "Fernhill Foods",
             "Glasswing", "Harbourlight", "Ironbark Tools", "Juniper Row", "Kestrel Freight", "Lanternworks",
             "Millrace", "Nettle & Co", "Oakhurst Energy", "Pinemarten", "Quillfeather", "Rookery Games",
             "Saltmarsh", "Thistledown")  # fmt: skip

INDUSTRIES = ("Education", "Energy", "Food", "Games", "Health", "Logistics", "Media", "Retail", "Software", "Travel")
PLANS = ("free", "starter", "business", "enterprise")
ROLES = ("Owner", "Admin", "Editor", "Viewer")


class Item(NamedTuple):
    """Something that the shop sells. `price`: in cents."""

    name: str
    category: str
    brand: str
    price: int
    variants: tuple[str, ...]


ITEMS = (
    Item("Desk Lamp", "Home", "Lumenhaus", 4900, ("black", "brass", "white")),
    Item("Wool Blanket", "Home", "Fernhill", 8950, ("grey", "moss", "rust")),
    Item("Stoneware Mug", "Kitchen", "Saltmarsh", 1450, ("blue", "sand")),
    Item("Cast Iron Pan", "Kitchen", "Ironbark", 5999, ("24 cm", "28 cm")),
    Item("Chef's Knife", "Kitchen", "Ironbark", 7425, ("18 cm", "21 cm")),
    Item("Trail Shoes", "Sport", "Kestrel", 11995, ("40", "42", "44")),
    Item("Yoga Mat", "Sport", "Thistledown", 3490, ("blue", "plum")),
    Item("Rain Jacket", "Clothing", "Kestrel", 13900, ("S", "M", "L")),
    Item("Linen Shirt", "Clothing", "Juniper Row", 6495, ("S", "M", "L", "XL")),
    Item("Card Game", "Games", "Rookery", 1899, ("2nd edition", "3rd edition")),
    Item("Wooden Puzzle", "Games", "Rookery", 2250, ("100 pieces", "500 pieces")),
    Item("Notebook", "Stationery", "Quillfeather", 995, ("dotted", "plain", "ruled")),
    Item("Fountain Pen", "Stationery", "Quillfeather", 3999, ("fine", "medium")),
    Item("Headphones", "Electronics", "Glasswing", 15900, ("black", "cream")),
)

AFFILIATIONS = ("Web Shop", "App Shop", "Outlet")
COUPONS = (("WELCOME10", "Welcome"), ("SPRING10", "Spring Sale"), ("FRIENDS10", "Friends & Family"))
SHIPPING_METHODS = ("Standard", "Express", "Pickup")
PAYMENT_METHODS = ("Visa", "Mastercard", "PayPal", "Invoice")
PROMOTIONS = (("promo_1", "Free shipping this week", "home_banner_top"), ("promo_2", "Two for one", "cart_sidebar"))
SEARCHES = ("desk lamp", "gift for a friend", "rain jacket", "café mug", "puzzle 500")
REVIEWS = ("Just what I was looking for.", "Good, but smaller than I thought.", "Arrived early, très bien!")
SUBJECTS = ("Your order is on its way", "We saved your cart", "New in the shop", "Please confirm your address")


class Campaign(NamedTuple):
    """Where a visitor came from, as the UTM parameters say."""

    name: str
    source: str
    medium: str
    content: str


CAMPAIGNS = (
    Campaign("spring_sale", "newsletter", "email", "hero"),
    Campaign("brand_search", "search", "cpc", "headline_a"),
    Campaign("launch_video", "video", "social", "short_cut"),
    Campaign("partner_blog", "referral", "affiliate", "sidebar"),
)


class Site(NamedTuple):
    """A page of the website."""

    name: str
    category: str
    path: str
    title: str


PAGES = (
    Site("Home", "Marketing", "/", "Welcome"),
    Site("Pricing", "Marketing", "/pricing", "Plans and prices"),
    Site("Docs", "Docs", "/docs", "Documentation"),
    Site("Blog", "Marketing", "/blog", "What is new"),
    Site("Shop", "Shop", "/shop", "All products"),
    Site("Cart", "Shop", "/cart", "Your cart"),
    Site("Sign Up", "Account", "/signup", "Make an account"),
    Site("Settings", "Account", "/settings", "Your settings"),
)

SCREENS = (("Home", "Main"), ("Search", "Main"), ("Product", "Shop"), ("Cart", "Shop"), ("Profile", "Account"))


class Browser(NamedTuple):
    """A browser on a computer or a phone. `brands`: of the client hints, which not every browser gives."""

    user_agent: str
    platform: str
    mobile: bool
    brands: tuple[tuple[str, str], ...]


_CHROME = (("Chromium", "140"), ("Google Chrome", "140"), ("Not=A?Brand", "24"))

BROWSERS = (
    Browser("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
            "Safari/537.36", "Windows", False, _CHROME),
    Browser("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
            "Safari/537.36", "macOS", False, _CHROME),
    Browser("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
            "Safari/605.1.15", "macOS", False, ()),
    Browser("Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0", "Linux", False, ()),
    Browser("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile "
            "Safari/537.36", "Android", True, _CHROME),
    Browser("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.5 Mobile/15E148 Safari/604.1", "iOS", True, ()),
)  # fmt: skip


class Phone(NamedTuple):
    """A phone with the app on it. `library`: name and version of the SDK in the app."""

    manufacturer: str
    model: str
    kind: str
    os: str
    os_version: str
    width: int
    height: int
    density: float
    library: tuple[str, str]


PHONES = (
    Phone("Apple", "iPhone15,2", "ios", "iOS", "18.5", 393, 852, 3.0, ("analytics-swift", "1.9.4")),
    Phone("Apple", "iPhone14,6", "ios", "iOS", "17.7", 375, 667, 2.0, ("analytics-swift", "1.9.4")),
    Phone("Google", "Pixel 8", "android", "Android", "15", 1080, 2400, 2.625, ("analytics-kotlin", "1.25.0")),
    Phone("samsung", "SM-S911B", "android", "Android", "14", 1080, 2340, 3.0, ("analytics-kotlin", "1.25.0")),
)

CARRIERS = ("Northcell", "Viatel", "Bluebell Mobile")
APP = ("Harbourlight", "example.harbourlight", ("3.8.0", "1604"), ("3.9.2", "1650"))
"""Name, namespace, the version before (with its build) and the version now."""
