/// Countries as the data names them.
enum RetailCountry {
    /// The two letters of ISO 3166-1.
    ///
    /// Two names stand for no country. They become `ZZ` and `EU`, codes that no order may have, so that the
    /// day holds orders which must be rejected.
    static func code(of name: String) -> String {
        codes[name] ?? "ZZ"
    }

    private static let codes = [
        "Australia": "AU", "Austria": "AT", "Bahrain": "BH", "Belgium": "BE", "Brazil": "BR", "Canada": "CA",
        "Channel Islands": "JE", "Cyprus": "CY", "Czech Republic": "CZ", "Denmark": "DK", "EIRE": "IE",
        "European Community": "EU", "Finland": "FI", "France": "FR", "Germany": "DE", "Greece": "GR",
        "Hong Kong": "HK", "Iceland": "IS", "Israel": "IL", "Italy": "IT", "Japan": "JP", "Lebanon": "LB",
        "Lithuania": "LT", "Malta": "MT", "Netherlands": "NL", "Norway": "NO", "Poland": "PL",
        "Portugal": "PT",
        "RSA": "ZA", "Saudi Arabia": "SA", "Singapore": "SG", "Spain": "ES", "Sweden": "SE",
        "Switzerland": "CH",
        "USA": "US", "United Arab Emirates": "AE", "United Kingdom": "GB", "Unspecified": "ZZ",
    ]
}
